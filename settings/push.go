package settings

// Push says whether webhooks are told what happens to tasks, and where they may be.
type Push struct {
	Enabled         Bool     `envconfig:"PUSH__ENABLED" default:"false" desc:"Owners of tasks may name webhooks, which are told what happens to them." example:"true"`
	AllowedNetworks Networks `envconfig:"PUSH__ALLOWED_NETWORKS" desc:"Ranges of addresses at which webhooks may be although they are none of the public internet, and with http:// as well as https://." example:"10.1.0.0/16,fd00:1::/32"`
	MaxPerTask      Int      `envconfig:"PUSH__MAX_PER_TASK" default:"16" desc:"Webhooks of one task." example:"4"`
	MaxPerDID       Int      `envconfig:"PUSH__MAX_PER_DID" default:"1000" desc:"Webhooks of all tasks of one DID." example:"100"`
}

func (p *Push) ranges() []bounds {
	return []bounds{
		within(&p.MaxPerTask, 1, 100),
		within(&p.MaxPerDID, 1, 100000),
	}
}
