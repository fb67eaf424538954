// Command seals stands in front of a token (PKCS #11) and seals for a court that
// asks over https. It is a program of its own, for whoever keeps the token: the
// maker's library runs in here and not in the court, which is told certificates
// and signatures, and nothing else.
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"mashang/platform/seals"
	"mashang/platform/seals/token"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "seals:", err)
		os.Exit(1)
	}
}

const usage = `seals -module FILE -token LABEL -pin-file FILE -key-file FILE [-above FILE] [-listen ADDR -tls-cert FILE -tls-key FILE]

Seals with the keys of a PKCS #11 token for a court that is given this address by
-seals and the text of -key-file by -seals-key. A key is found by its label, the name
on the ring of the seal (and behind it what stands under the star), and so is its
certificate.

`

type settings struct{ module, label, pin, key, above, listen, cert, certKey string }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c settings
	fs := flag.NewFlagSet("seals", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	for _, f := range []struct {
		p                  *string
		name, value, usage string
	}{
		{&c.module, "module", "", "the maker's library"},
		{&c.label, "token", "", "label of the token"},
		{&c.pin, "pin-file", "", "file with the PIN of its user"},
		{&c.key, "key-file", "", "file with the key that the court shows"},
		{&c.above, "above", "", "certificates (PEM) of those who issued the token's"},
		{&c.listen, "listen", "127.0.0.1:8083", "address to serve on"},
		{&c.cert, "tls-cert", "", "certificate (PEM), to serve https"},
		{&c.certKey, "tls-key", "", "its key"},
	} {
		fs.StringVar(f.p, f.name, f.value, f.usage)
	}
	if err := fs.Parse(args); err != nil {
		return err
	}
	t, key, err := c.open()
	if err != nil {
		return err
	}
	defer t.Close()
	h := seals.Handler(t, key, func(err error) { fmt.Fprintln(stderr, time.Now().UTC().Format(time.RFC3339), err) })
	l, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening on %s\n", l.Addr())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	go func() {
		<-ctx.Done()
		grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		_ = srv.Shutdown(grace) // what is still asked then is asked again
	}()
	if c.cert != "" {
		err = srv.ServeTLS(l, c.cert, c.certKey)
	} else {
		err = srv.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// open opens the token and reads the key that the court shows.
func (c settings) open() (t *token.Token, key string, err error) {
	for name, v := range map[string]string{"-module": c.module, "-token": c.label, "-pin-file": c.pin, "-key-file": c.key} {
		if v == "" {
			return nil, "", fmt.Errorf("%s is missing", name)
		}
	}
	host, _, err := net.SplitHostPort(c.listen)
	if ip := net.ParseIP(host); err != nil || c.cert == "" && host != "localhost" && !ip.IsLoopback() {
		return nil, "", errors.New("beyond this machine it serves https only: give -tls-cert and -tls-key")
	}
	pin, err := line(c.pin)
	if err != nil {
		return nil, "", err
	}
	key, err = line(c.key)
	if err != nil {
		return nil, "", err
	}
	var above []*x509.Certificate
	if c.above != "" {
		if above, err = seals.ReadRoots(c.above); err != nil {
			return nil, "", err
		}
	}
	t, err = token.Open(c.module, c.label, pin, above)
	return t, key, err
}

// line is the text of a file without the end of its line.
func line(file string) (string, error) {
	b, err := os.ReadFile(file)
	s := strings.TrimSpace(string(b))
	if err == nil && s == "" {
		err = fmt.Errorf("%s is empty", file)
	}
	return s, err
}
