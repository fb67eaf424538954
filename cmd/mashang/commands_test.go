package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mashang"
	"mashang/docket"
	"mashang/law"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
)

// call runs a command as the shell does.
func call(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out, io.Discard)
	return out.String(), err
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := call(t, args...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

// court opens a court with some entries and files and leaves it open, as a
// serving one is.
func court(t *testing.T, data string) *mashang.Court {
	t.Helper()
	c, err := open(t.Context(), config.Config{Data: data}, clock.System{}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Kit.Close() })
	kind := ""
	for _, k := range c.Kit.Ledger.Kinds() {
		if k.Audience == ledger.Parties {
			kind = k.Name
		}
	}
	for range 5 {
		err := c.Kit.Do(t.Context(), func(tx *db.Tx) error {
			_, err := c.Kit.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: "冀11", Case: "c", Actor: "a", Holders: []string{"a"}, Body: map[string]any{"n": 1_000_000}, Private: map[string]string{"text": "何时开庭"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.Kit.Blob.Put(t.Context(), strings.NewReader("证据")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Kit.Ledger.Seal(t.Context(), c.Kit.DB); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBareAddress: a court reached by an address instead of a name opens; it
// only has no passkeys. The demo's links can be opened whatever it listens on.
func TestBareAddress(t *testing.T) {
	for _, origin := range []string{"https://10.1.2.3", "http://127.0.0.1:8131", "http://[::1]:8131"} {
		c, err := open(t.Context(), config.Config{Data: filepath.Join(t.TempDir(), "court"), Origin: origin}, clock.System{}, io.Discard)
		if err != nil {
			t.Fatalf("%s: %v", origin, err)
		}
		_ = c.Kit.Close()
	}
	for listen, want := range map[string]string{
		":8131": "http://localhost:8131", "0.0.0.0:8131": "http://localhost:8131", "[::]:8131": "http://localhost:8131",
		"127.0.0.1:8131": "http://127.0.0.1:8131", "localhost:8080": "http://localhost:8080",
	} {
		if got := demoOrigin(listen, false); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
		if got := demoOrigin(listen, true); got != strings.Replace(want, "http:", "https:", 1) {
			t.Errorf("%s over TLS: %s", listen, got)
		}
	}
}

// TestBackupCommands: backup beside an open court, restore to SQLite and to
// PostgreSQL, and back again; every copy is verified.
func TestBackupCommands(t *testing.T) {
	data, to, key := filepath.Join(t.TempDir(), "court"), t.TempDir(), filepath.Join(t.TempDir(), "id")
	court(t, data)
	must(t, "backup", "-data", data, "-to", to, "-new-key", key)
	pg := dbtest.Postgres(t)
	second := filepath.Join(t.TempDir(), "second")
	if out := must(t, "restore", "-from", to, "-identity", key, "-data", second, "-db", pg); !strings.Contains(out, "agrees") {
		t.Error(out)
	}
	if _, err := call(t, "restore", "-from", to, "-identity", key, "-data", second, "-db", pg); err == nil {
		t.Error("a folder that is not empty was restored over")
	}
	if _, err := call(t, "restore", "-from", to, "-identity", key, "-data", filepath.Join(t.TempDir(), "x"), "-db", pg); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a database that is not empty: %v", err)
	}
	again, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	must(t, "backup", "-data", second, "-db", pg, "-to", again, "-new-key", other)
	third := filepath.Join(t.TempDir(), "third")
	if _, err := call(t, "restore", "-from", again, "-identity", key, "-data", third); err == nil {
		t.Error("a wrong key restores")
	}
	must(t, "restore", "-from", again, "-identity", other, "-data", third)
	counted := ""
	for _, args := range [][]string{{"-data", data}, {"-data", second, "-db", pg}, {"-data", third}, {"-data", third}} {
		out := must(t, append([]string{"verify"}, args...)...)
		n := regexp.MustCompile(`记录：[1-9]\d* 条重新算过`).FindString(out)
		if counted == "" {
			counted = n
		}
		if !strings.Contains(out, "账核对通过") || n == "" || n != counted || !strings.Contains(out, "文件：1 个") {
			t.Errorf("%v: %s", args, out)
		}
	}
}

func TestVerifyFindsFaults(t *testing.T) {
	data := filepath.Join(t.TempDir(), "court")
	c := court(t, data)
	must(t, "verify", "-data", data)
	files, err := filepath.Glob(filepath.Join(data, "blobs", "??", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte("假的"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, "verify", "-data", data); err == nil || !strings.Contains(out, "对不上") {
		t.Errorf("%s %v", out, err)
	}
	err = c.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{`DELETE FROM ledger_entry`, `DELETE FROM ledger_hash`, `DELETE FROM ledger_checkpoint`, `DELETE FROM ledger_chain`, `DELETE FROM ledger_link`, `DELETE FROM ledger_secret`} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, "verify", "-data", data); err == nil || !strings.Contains(out, "被删掉了") {
		t.Errorf("a ledger that was emptied: %s %v", out, err)
	}
	for _, args := range [][]string{{"verify"}, {"backup", "-to", t.TempDir(), "-new-key", filepath.Join(t.TempDir(), "k")}} {
		missing := filepath.Join(t.TempDir(), "typo")
		if _, err := call(t, append(args, "-data", missing)...); err == nil {
			t.Errorf("%v over no court", args)
		}
		if _, err := os.Stat(missing); err == nil {
			t.Errorf("%v made a court", args)
		}
	}
}

func TestVerifyReceiptCommand(t *testing.T) {
	c := court(t, filepath.Join(t.TempDir(), "court"))
	err := c.Kit.Do(t.Context(), func(tx *db.Tx) error {
		return c.Kit.Ledger.Close(tx, "casebook.exported", "冀11", "c", "a")
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Kit.Ledger.Receipt(t.Context(), c.Kit.DB, "a", "c", nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "r")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	print := c.Kit.Ledger.Signer().Fingerprint()
	out := must(t, "verify", "-receipt", path, "-earlier", path, "-key", strings.ToLower(print))
	for _, want := range []string{"核对通过：共 6 条", "内容：何时开庭", "1000000", "您本人办理", print, "接得上", "没有见证人"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if _, err := call(t, "verify", "-receipt", path, "-key", "0000"); err == nil {
		t.Error("a wrong fingerprint passes")
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte("何时"), []byte("何事"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, "verify", "-receipt", path); err == nil || !strings.Contains(err.Error(), "核对没有通过") {
		t.Error("a changed record passes:", err)
	}
	page := filepath.Join(t.TempDir(), "p.html")
	must(t, "verify", "-page", page)
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte("核对案件记录")) || bytes.Contains(b, []byte(`BEGIN CERTIFICATE-----\nMI`)) {
		t.Error(err)
	}
	const root = "../../platform/sign/testdata/root.pem"
	must(t, "verify", "-page", page, "-trust", root)
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte(`BEGIN CERTIFICATE-----\nMI`)) {
		t.Error(err)
	}
	if _, err := call(t, "verify", "-page", page, "-trust", page+".no"); err == nil {
		t.Error("a page without the certificates that were asked for")
	}
}

// TestWitnessCommand: a witness that is started again remembers.
func TestWitnessCommand(t *testing.T) {
	c := court(t, filepath.Join(t.TempDir(), "court"))
	dir := t.TempDir()
	serve := func() (url, key string, stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		done := make(chan error, 1)
		go func() {
			done <- run(ctx, []string{"witness", "-data", dir, "-name", "w.example", "-log", c.Kit.Ledger.Signer().Verifier, "-listen", "127.0.0.1:0"}, w, io.Discard)
		}()
		b := make([]byte, 1000)
		n, err := r.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b[:n]), "\n")
		return "http://" + strings.TrimPrefix(lines[1], "listening on "), strings.TrimPrefix(lines[0], "witness key: "), func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	url, key, stop := serve()
	if err := c.Kit.Ledger.AskWitness(t.Context(), c.Kit.DB, url, key); err != nil {
		t.Fatal(err)
	}
	stop()
	s := &fileState{path: filepath.Join(dir, "state.json")}
	size, _, err := s.Last()
	if err != nil || size < 5 { // five acts, and what covers quiet ones
		t.Fatal(size, err)
	}
	_, again, stop := serve()
	if again != key {
		t.Error("another key after a restart")
	}
	stop()
	var behind ledger.ErrBehind
	if err := s.Swap(size-1, size+1, ledger.LeafHash("x")); !errors.As(err, &behind) {
		t.Error(err)
	}
}

func TestSmallCommands(t *testing.T) {
	for _, c := range commands {
		if _, err := call(t, c.name, "-h"); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s -h: %v", c.name, err)
		}
		if c.short == "" {
			t.Errorf("%s does not explain itself", c.name)
		}
	}
	if _, err := call(t, "law", "check", "-h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("law check -h: %v", err)
	}
	if out := must(t, "version"); !strings.HasPrefix(out, "mashang ") {
		t.Error(out)
	}
	path := filepath.Join(t.TempDir(), "v.json")
	if err := os.WriteFile(path, []byte(`{"calendar":{},"vectors":[{"id":"x","topic":"none","input":{},"expected":{"a":1}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, "law", "check", path); err == nil || !strings.Contains(out, "0 passed, 1 failed") {
		t.Errorf("%s %v", out, err)
	}
	must(t, "migrate", "-data", filepath.Join(t.TempDir(), "new"))
	if _, err := call(t, "nonsense"); err == nil {
		t.Error("a command nobody knows")
	}
}

// TestStatsCommands: figures are shown beside an open court, and counted again,
// on both engines.
func TestStatsCommands(t *testing.T) {
	for name, url := range map[string]string{"sqlite": "", "postgres": dbtest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "court")
			c, err := open(t.Context(), config.Config{Data: data, DB: url}, clock.System{}, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Kit.Close() })
			err = c.Kit.DB.Do(t.Context(), func(tx *db.Tx) error {
				for _, k := range []docket.Court{{Code: "冀11", Short: "中院", Level: "intermediate", Parent: "冀"}, {Code: "冀1126", Short: "县院", Level: "basic", Parent: "冀11"}} {
					if err := docket.PutCourt(tx, k); err != nil {
						return err
					}
				}
				for i, court := range []string{"冀11", "冀1126", "冀1126"} {
					id, err := docket.AddCase(tx, docket.Case{Court: court, Type: "民初", Number: strings.Repeat("x", i+1), State: docket.Open, Secrecy: docket.Public, Filed: law.Date{Year: 2026, Month: 2, Day: 3}})
					if err == nil && i > 0 {
						_, err = tx.Exec(`UPDATE docket_case SET state = 'closed', closed_on = '2026-03-04', closing_way = 'mediation' WHERE id = ?`, id)
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			at := []string{"-data", data}
			if url != "" {
				at = append(at, "-db", url)
			}
			must(t, append([]string{"stats", "rebuild"}, at...)...)
			show := func(more ...string) (out struct {
				Figures []map[string]any
			}) {
				t.Helper()
				text := must(t, append(append([]string{"stats", "show", "-json"}, at...), more...)...)
				if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Figures) == 0 {
					t.Fatalf("%v\n%s", err, text)
				}
				return out
			}
			for _, x := range []struct {
				court, period string
				area          bool
				filed, rate   any
			}{{"冀11", "2026", false, "1", "0.00"}, {"冀11", "2026", true, "3", "66.67"}, {"冀1126", "2026-Q1", false, "2", "100.00"}, {"冀1126", "2025", false, "0", nil}} {
				args := []string{"-court", x.court, "-period", x.period}
				if !x.area {
					args = append(args, "-own")
				}
				got := show(args...)
				for _, f := range got.Figures {
					for _, k := range []string{"key", "name", "definition", "variant", "numerator", "denominator", "value", "previous", "环比"} {
						if _, ok := f[k]; !ok {
							t.Errorf("%v has no %s", f["name"], k)
						}
					}
					if f["key"] == "received" && f["value"] != x.filed || f["key"] == "clearance" && f["value"] != x.rate {
						t.Errorf("%v: %v is %v", args, f["name"], f["value"])
					}
				}
			}
			if out := must(t, append([]string{"stats", "show", "-court", "冀1126", "-period", "2026"}, at...)...); !strings.Contains(out, "民商事案件调撤率") || !strings.Contains(out, "100.00%") {
				t.Error(out)
			}
			for _, args := range [][]string{{"stats"}, {"stats", "dance"}, append([]string{"stats", "show", "-court", "冀99"}, at...), append([]string{"stats", "show", "-court", "冀11", "-period", "26"}, at...), {"stats", "rebuild", "-data", t.TempDir()}} {
				if _, err := call(t, args...); err == nil {
					t.Errorf("%v passes", args)
				}
			}
		})
	}
}
