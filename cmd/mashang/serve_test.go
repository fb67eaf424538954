package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate makes a key and a certificate of localhost, and a client that
// believes it.
func certificate(t *testing.T) (cert, key string, c *http.Client) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, x, x, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir, pool := t.TempDir(), x509.NewCertPool()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(cert, chain, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kb}), 0o600); err != nil {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(chain)
	return cert, key, &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// TestServe: https without a proxy, the pages for watching, and an end that
// lets a request finish which had begun.
func TestServe(t *testing.T) {
	cert, key, c := certificate(t)
	addr := freeAddr(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	var link bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"setup", "-data", filepath.Join(t.TempDir(), "court"), "-listen", addr, "-tls-cert", cert, "-tls-key", key}, &link, io.Discard)
	}()
	get := func(path string) (int, string) {
		r, err := c.Get("https://" + addr + path)
		if err != nil {
			return 0, err.Error()
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(b)
	}
	for range 200 {
		if code, _ := get("/healthz"); code == 200 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/": "查我的案件"} {
		if code, body := get(path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, %q is missing", path, code, want)
		}
	}
	for n := 0; ; n++ { // a request is counted when it has ended, and that may be after its answer has come
		code, body := get("/metrics")
		if code == 200 && strings.Contains(body, "mashang_request_seconds") {
			break
		}
		if n == 100 {
			t.Fatalf("/metrics: %d, no request is counted", code)
		}
		time.Sleep(20 * time.Millisecond)
	}
	for most, want := range map[uint16]uint16{tls.VersionTLS11: 0, tls.VersionTLS12: tls.VersionTLS12, tls.VersionTLS13: tls.VersionTLS13} {
		cfg := c.Transport.(*http.Transport).TLSClientConfig.Clone()
		cfg.MinVersion, cfg.MaxVersion, cfg.ServerName = tls.VersionTLS10, most, "localhost"
		conn, err := tls.Dial("tcp", addr, cfg)
		if (err == nil) != (want != 0) {
			t.Errorf("at most TLS %x: %v", most, err)
		}
		if err == nil && conn.ConnectionState().Version != want {
			t.Errorf("at most TLS %x: spoke %x", most, conn.ConnectionState().Version)
		}
		if err == nil {
			_ = conn.Close()
		}
	}
	if r, err := http.Get("http://" + addr + "/"); err == nil {
		if _ = r.Body.Close(); r.StatusCode == 200 {
			t.Error("it answers without TLS")
		}
	}

	body, half := io.Pipe()
	answered := make(chan error, 1)
	go func() {
		r, err := c.Post("https://"+addr+"/prefs", "application/x-www-form-urlencoded", body)
		if err == nil {
			if _ = r.Body.Close(); r.StatusCode != http.StatusSeeOther {
				err = fmt.Errorf("it was answered %d", r.StatusCode)
			}
		}
		answered <- err
	}()
	if _, err := io.WriteString(half, "size=large&"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // the request has reached its handler
	stop()
	time.Sleep(200 * time.Millisecond)
	if _, err := io.WriteString(half, "back=/help"); err != nil {
		t.Fatal(err)
	}
	_ = half.Close()
	if err := <-answered; err != nil {
		t.Errorf("a request that had begun: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
	if !strings.Contains(link.String(), "https://"+addr+"/setup/first/") {
		t.Errorf("the link: %s", link.String())
	}
}
