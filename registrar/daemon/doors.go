package daemon

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/registrar/sidedoor"
)

const (
	componentDoors = "side doors"
	doorsOpen      = "side_door_open"
)

// doors looks for ways past the registrar, at its start and now and then.
type doors struct {
	daemon *Daemon
	cfg    sidedoor.Config
	roots  *caRoots
	own    *boot.Certificate
	told   []sidedoor.Door
}

// watchDoors begins to look. Where step-ca does not ask, the front door stands open,
// and a setting that is missing says so.
func (d *Daemon) watchDoors(roots *caRoots, own *boot.Certificate) error {
	if roots == nil {
		return nil
	}
	w := &doors{daemon: d, roots: roots, own: own, cfg: places(d.opts.Settings)}
	w.cfg.Hydra = &http.Client{Transport: fetch.NewTransport(nil)}
	d.life.Background("look for side doors", w.run)
	return nil
}

func (w *doors) run(ctx context.Context) error {
	defer w.cfg.Hydra.CloseIdleConnections()
	w.look(ctx)
	return every(w.daemon.opts.Settings.Registrar.CompareInterval, w.look)(ctx)
}

// look tells of each door once. What cannot be looked at keeps what was known of it.
func (w *doors) look(ctx context.Context) {
	cfg := w.cfg
	source := w.own.Source()
	cfg.Roots, cfg.Own = w.roots.pool(), &source.Current().Certificate
	found, err := sidedoor.Check(ctx, cfg)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		w.daemon.log.Warn("not every place with possible side doors could be looked at", "error", err)
		found = append(found, w.told...)
	}
	slices.SortFunc(found, func(a, b sidedoor.Door) int { return strings.Compare(a.String(), b.String()) })
	found = slices.Compact(found)
	for _, door := range found {
		if !slices.Contains(w.told, door) {
			w.daemon.log.Error("a side door stands open", "reason", doorsOpen, "door", door.Word, "detail", door.Detail, "remedy", door.Remedy())
		}
	}
	w.told = found
	warning := ""
	if len(found) > 0 {
		warning = doorsOpen
	}
	w.daemon.ready.SetWarning(componentDoors, warning)
}
