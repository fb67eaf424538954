package bus_test

import (
	"net/http"
	"strings"
	"testing"

	"mashang/platform/bus"
	"mashang/platform/bus/bustest"
)

// TestSaysNothing: what failed is logged, and holds no password.
func TestSaysNothing(t *testing.T) {
	for _, address := range []string{"nats://u:SECRET@127.0.0.1:1", "nats://u:SECRET@127.0.0.1:x", "nats://u:SECRET%zz@[::1"} {
		err := bus.New(address).Publish(t.Context(), "mashang.x", "1", nil, nil)
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%v", err)
		}
	}
}

// TestBus: published twice is one; fetched and not acknowledged comes again
// after the server came back; a reader sees its own subject only.
func TestBus(t *testing.T) {
	srv := bustest.Start(t)
	b := bus.New(srv.URL())
	defer b.Close()
	h := http.Header{"Webhook-Id": {"1"}}
	for _, id := range []string{"a", "a", "b"} {
		if err := b.Publish(t.Context(), "mashang.x.in", id, h.Clone(), []byte(id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Publish(t.Context(), "mashang.y.in", "c", h.Clone(), []byte("c")); err != nil {
		t.Fatal(err)
	}
	got, err := b.Fetch(t.Context(), "mashang.x.in", "x", 10)
	if err != nil || len(got) != 2 || string(got[0].Body) != "a" || got[1].Header.Get("webhook-id") != "1" {
		t.Fatalf("%d messages, %v", len(got), err)
	}
	if err := got[0].Done(); err != nil {
		t.Fatal(err)
	}
	if again, err := b.Fetch(t.Context(), "mashang.x.in", "x", 10); err != nil || len(again) != 0 {
		t.Errorf("%d again, %v", len(again), err)
	}
	srv.Down()
	if err := b.Publish(t.Context(), "mashang.x.in", "d", h.Clone(), []byte("d")); err == nil {
		t.Error("a bus that is down keeps nothing")
	}
	srv.Up()
	other := bus.New(srv.URL())
	defer other.Close()
	if err := other.Publish(t.Context(), "mashang.x.in", "d", h.Clone(), []byte("d")); err != nil {
		t.Fatal(err)
	}
	if bus.New("").There() {
		t.Error("there is none")
	}
}
