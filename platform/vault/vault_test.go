package vault_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"mashang/platform/vault"
)

func open(t *testing.T, dir string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSeal(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	for _, s := range []string{"", "1", "13900001234", "张三", string(make([]byte, 5000))} {
		sealed := v.Seal("person.phone", s)
		if s != "" && (sealed == s || sealed == v.Seal("person.phone", s)) {
			t.Fatalf("%q is not hidden, or hidden twice alike", s)
		}
		got, err := open(t, dir).Open("person.phone", sealed)
		if err != nil || got != s {
			t.Fatalf("%q, %v", got, err)
		}
		if s == "" {
			continue
		}
		if _, err := v.Open("person.id", sealed); err == nil {
			t.Error("a value was moved to another field")
		}
		if _, err := open(t, t.TempDir()).Open("person.phone", sealed); err == nil {
			t.Error("another key opens it")
		}
		b, err := base64.RawStdEncoding.DecodeString(sealed)
		if err != nil {
			t.Fatal(err)
		}
		for i := range min(len(b), 60) {
			b[i] ^= 1
			if _, err := v.Open("person.phone", base64.RawStdEncoding.EncodeToString(b)); err == nil {
				t.Fatalf("byte %d changed and accepted", i)
			}
			b[i] ^= 1
		}
	}
	for _, bad := range []string{"*", "AAAA", "13900001234"} {
		if _, err := v.Open("person.phone", bad); err == nil {
			t.Errorf("%q opens", bad)
		}
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	a := v.Find("person.phone", "13900001234")
	if a == "" || a != open(t, dir).Find("person.phone", "13900001234") {
		t.Error("not the same after reopening")
	}
	if a == v.Find("person.id", "13900001234") || a == v.Find("person.phone", "13900001235") || a == open(t, t.TempDir()).Find("person.phone", "13900001234") {
		t.Error("two things are found as one")
	}
	if v.Find("person.phone", "") != "" {
		t.Error("nothing is found as something")
	}
}

func TestKeyFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	a, err := vault.KeyFile(dir, "x.key")
	if err != nil || len(a) != 32 {
		t.Fatal(a, err)
	}
	b, err := vault.KeyFile(dir, "x.key")
	if err != nil || string(a) != string(b) {
		t.Fatal("a second opening makes another key", err)
	}
	i, err := os.Stat(filepath.Join(dir, "x.key"))
	if err != nil || i.Mode().Perm() != 0o600 {
		t.Fatal(i.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.KeyFile(dir, "x.key"); err == nil {
		t.Fatal("a damaged key was replaced or accepted")
	}
}
