package signature

// verified goes on behind an event if that is its signature.
func (r *EventReader) verified(id string, data []byte, stamp int64, text string) error {
	payload, err := r.at.event(id, data, stamp)
	if err != nil {
		return err
	}
	sig, err := open(r.pub, payload, text)
	if err != nil {
		return err
	}
	r.at.passed(sig)
	r.signed(stamp)
	return nil
}

// ended verifies the signature of the end; status is nil but for gRPC.
func (r *EventReader) ended(stamp int64, text string, status *GRPCStatus) error {
	payload, err := r.at.end(stamp, status)
	if err != nil {
		return err
	}
	if _, err := open(r.pub, payload, text); err != nil {
		return err
	}
	r.signed(stamp)
	return nil
}

func (r *EventReader) signed(stamp int64) {
	if r.began == 0 {
		r.began = stamp
	}
	r.lastOne = stamp
}
