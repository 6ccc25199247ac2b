package gate

import "github.com/getbindu/bindu-go/quota"

// guesses is what the holder of a certificate may ask about tokens that nobody knows: a
// hundredth of its requests, with a tenth of its burst. Each costs a question to the
// authority, which answers all agents.
func (l Limits) guesses() quota.Limits {
	return quota.Limits{Rate: max(1, l.Rate/100), Burst: max(minGuesses, l.Burst/10)}
}

// minGuesses is how many come together where a token of several requests has just ended.
const minGuesses = 32

// asking is how many tokens may be judged at once in the name of one certificate: as many
// as its requests that may be in progress. What is being asked is not charged yet.
func (l Limits) asking() quota.Limits { return quota.Limits{Concurrent: l.InFlight} }

// tokenOnce is tokenVerdict for a request that begins. The certificate proved a name in the
// handshake, before its token is known, and that name pays for tokens that are not: no
// authority is asked for whoever has sent too many.
func (c *Chain) tokenOnce(x *exchange) *Denial {
	payer := quota.Payer{Name: c.connectionName(x)}
	if payer.Name == "" || x.token == "" {
		return c.tokenVerdict(x)
	}
	if err := c.guesses.used.Exceeded(payer, c.guesses.limits); err != nil {
		return guessDenial(limitDenial(err))
	}
	asking, d := c.asking.charge(payer)
	if d != nil {
		return guessDenial(d)
	}
	defer asking.Release()
	d = c.tokenVerdict(x)
	if x.inactive {
		if guess, denied := c.guesses.charge(payer); denied == nil {
			guess.Release()
		}
	}
	return d
}

func guessDenial(d *Denial) *Denial {
	d.gate = "limit"
	d.Hint = "Too many tokens that are not active came with this certificate; fetch a new one, and try again after Retry-After."
	return d
}
