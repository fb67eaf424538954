package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"mashang/platform/config"
)

func read(t *testing.T, args ...string) (*config.Config, error) {
	t.Helper()
	fs := flag.NewFlagSet("t", flag.ContinueOnError)
	c := config.Flags(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c, c.Finish(fs)
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOrder(t *testing.T) {
	path := file(t, "data = 'file'\nlisten = 'file:1'\ndb = 'postgres://file'\nwitness = ['a=1', 'b=2']\ntrust-proxy = ['10.0.0.0/8']\n")
	t.Setenv("MASHANG_DATA", "env")
	t.Setenv("MASHANG_LISTEN", "env:1")
	t.Setenv("MASHANG_TRUST_PROXY", "192.0.2.1, 2001:db8::/32,")
	c, err := read(t, "-config", path, "-data", "flag", "-origin", "https://court.example/")
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "flag" || c.Listen != "env:1" || c.DB != "postgres://file" || c.Origin != "https://court.example" {
		t.Errorf("%+v", c)
	}
	if !reflect.DeepEqual(c.Witness, []string{"a=1", "b=2"}) || !reflect.DeepEqual(c.TrustProxy, []string{"192.0.2.1", "2001:db8::/32"}) {
		t.Errorf("%v %v", c.Witness, c.TrustProxy)
	}
	if p, err := c.Proxies(); err != nil || len(p) != 2 || p[0].Bits() != 32 {
		t.Errorf("%v %v", p, err)
	}
	if !c.Secure() || c.Demo {
		t.Error("secure, demo")
	}
}

// TestEmptyFlag: an empty flag is a setting too, and wins.
func TestEmptyFlag(t *testing.T) {
	t.Setenv("MASHANG_SMS", "https://env")
	if c, err := read(t, "-sms", ""); err != nil || c.SMS != "" {
		t.Error(c.SMS, err)
	}
}

func TestDefaults(t *testing.T) {
	c, err := read(t)
	if err != nil || c.Data != "mashang-data" || c.Listen != "127.0.0.1:8080" || c.Secure() {
		t.Errorf("%+v %v", c, err)
	}
}

func TestRefused(t *testing.T) {
	for _, args := range [][]string{
		{"-tls-cert", "x"}, {"-tls-key", "x"}, {"-trust-proxy", "somewhere"}, {"-trust-proxy", "10.0.0.0/99"},
		{"-seals", "https://seals.example"}, {"-seals", "https://seals.example", "-seals-key", "k", "-seals-roots", "r"}, {"-seals", "test:", "-seals-key", "k"}, {"-stamps", "http://stamps.example"}, {"-stamps-roots", "r"},
		{"-config", "/nonexistent"}, {"-config", file(t, "data = ")}, {"-config", file(t, "dta = 'x'")}, {"-config", file(t, "data = 7")}, {"-config", file(t, "witness = 'x'")},
	} {
		if _, err := read(t, args...); err == nil {
			t.Errorf("%v accepted", args)
		}
	}
	if c, err := read(t, "-trust-proxy", "::1"); err != nil {
		t.Error(err)
	} else if p, err := c.Proxies(); err != nil || p[0].Bits() != 128 {
		t.Errorf("one IPv6 address: %v %v", p, err)
	}
}
