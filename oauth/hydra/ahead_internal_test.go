package hydra

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

func loads(count *int, life time.Duration, err error) loader[int] {
	return func(context.Context) (answer[int], error) {
		*count++
		now := time.Now()
		return answer[int]{value: *count, refresh: now.Add(life / 2), expire: now.Add(life)}, err
	}
}

// TestAheadFetchLooksAgain: between a caller's look and its fetch, another
// caller's load may have landed.
func TestAheadFetchLooksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := newAhead[string, int](10, time.Now, time.Second)
		defer cache.close()
		count := 0
		for range 2 {
			if v, err := cache.fetch(t.Context(), "key", loads(&count, time.Minute, nil)); v != 1 || err != nil {
				t.Errorf("%d %v, want the first value", v, err)
			}
		}
	})
}

// TestAheadBoundsBackgroundLoads: with every slot taken, a refresh is put off,
// and the value is handed out meanwhile.
func TestAheadBoundsBackgroundLoads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := newAhead[int, int](100, time.Now, time.Second)
		defer cache.close()
		count := 0
		for key := range backgroundLoads + 1 {
			if _, err := cache.fetch(t.Context(), key, loads(&count, time.Minute, nil)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(40 * time.Second)
		started := 0
		slow := func(ctx context.Context) (answer[int], error) {
			started++
			<-ctx.Done()
			return answer[int]{}, oauth.ErrUnavailable
		}
		for key := range backgroundLoads + 1 {
			if _, state := cache.peek(key); state != due {
				t.Errorf("key %d: %v, want due", key, state)
			}
			cache.renew(key, slow)
			synctest.Wait()
		}
		if started != backgroundLoads {
			t.Errorf("%d loads at a time, want %d", started, backgroundLoads)
		}
		if _, state := cache.peek(backgroundLoads); state != fresh {
			t.Errorf("%v, want fresh for a while", state)
		}
		time.Sleep(time.Second)
		if _, state := cache.peek(backgroundLoads); state != due {
			t.Errorf("%v, want due again", state)
		}
	})
}

func TestAheadRenewJoinsALoadInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := newAhead[string, int](10, time.Now, time.Second)
		defer cache.close()
		count := 0
		slow := func(context.Context) (answer[int], error) {
			time.Sleep(time.Second)
			return loads(&count, time.Minute, nil)(nil)
		}
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := cache.fetch(t.Context(), "key", slow); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		cache.renew("key", slow)
		group.Wait()
		cache.close()
		if count != 1 {
			t.Errorf("%d loads, want 1", count)
		}
	})
}

func TestAheadAfterClose(t *testing.T) {
	cache := newAhead[string, int](10, time.Now, time.Second)
	count := 0
	if _, err := cache.fetch(t.Context(), "kept", loads(&count, time.Minute, nil)); err != nil {
		t.Fatal(err)
	}
	cache.close()
	cache.renew("kept", loads(&count, time.Minute, nil))
	if _, err := cache.fetch(t.Context(), "new", loads(&count, time.Minute, nil)); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	if count != 1 || len(cache.slots) != 0 {
		t.Errorf("%d loads and %d slots taken, want 1 and 0", count, len(cache.slots))
	}
}
