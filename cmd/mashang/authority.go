package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"mashang/platform/clock"
	"mashang/platform/id"
	"mashang/platform/notify"
	"mashang/platform/persons"
)

// runAuthority serves the test authority that certifies people, as a process of
// its own: what a court is given by -authority.
func runAuthority(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("authority", "authority -key KEY [-listen ADDR] [-sms URL -sms-key KEY | -outbox FILE]", "Certifies people who sign papers on their phones, for tests: its keys are made at\nthe start, live in memory and end with the process. Codes go out by a gateway of\nits own, or into a file.", stderr)
	key := fs.String("key", "", "key that the court shows")
	listen := fs.String("listen", "127.0.0.1:8082", "address to serve on")
	sms := fs.String("sms", "", "SMS gateway, https address")
	smsKey := fs.String("sms-key", "", "key that signs requests to it")
	outbox := fs.String("outbox", "", "file to which codes are added when there is no gateway")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := needs(*key, "-key"); err != nil {
		return err
	}
	if (*sms == "") == (*outbox == "") {
		return errors.New("give -sms or -outbox: codes must go somewhere")
	}
	send := func(ctx context.Context, phone, text string) error {
		_, err := notify.HTTPSMS{URL: *sms, Key: *smsKey, Client: &http.Client{Timeout: 15 * time.Second}}.Send(ctx, notify.Message{ID: id.New(), Channel: notify.SMS, Target: phone, Text: text})
		return err
	}
	if *sms == "" {
		send = intoFile(*outbox)
	}
	a, err := persons.NewTest(clock.System{}, send)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "listening on %s\n", l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	srv := &http.Server{Handler: a.Handler(*key), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		done <- srv.Shutdown(grace)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// intoFile adds messages to a file, one a line.
func intoFile(path string) persons.Sender {
	var mu sync.Mutex
	return func(_ context.Context, phone, text string) error {
		mu.Lock()
		defer mu.Unlock()
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "%s %s\n", phone, text)
		return errors.Join(err, f.Close())
	}
}
