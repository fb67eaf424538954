package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"mashang/platform/egress"
	"mashang/platform/fault"
)

// Mail is a gateway over SMTP. Through the court's own mail server a message is
// handed and no more: that server passes it on, and SMTP says nothing of how
// that went. With mx:// we speak with the recipient's own mail server, and its
// 250 means that it has answered for the message from then on (RFC 5321, 4.2.5
// and 6.1): it is in the system of the address.
type Mail struct {
	URL  string // smtp://user:password@host:port, smtps://, or mx://our-name
	From string

	// Of mx://, for where mail servers are not found by name: how they are
	// found, at which port, and how far a call may go.
	Find  func(ctx context.Context, domain string) ([]*net.MX, error)
	Port  string
	Reach egress.Reach
}

// Send delivers one plain-text e-mail. The Message-ID is the message's own,
// so that a second delivery is recognised as the same message.
func (g Mail) Send(ctx context.Context, m Message) (Report, error) {
	u, err := url.Parse(g.URL)
	if err != nil {
		return Report{}, fmt.Errorf("notify: smtp address: %w", err)
	}
	if u.Scheme == "mx" {
		return g.direct(ctx, u, m)
	}
	d := net.Dialer{Timeout: 15 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return Report{}, fault.Wrap(fault.Unavailable, "邮件服务器没有回应。", err)
	}
	if u.Scheme == "smtps" {
		conn = tls.Client(conn, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
	}
	if err := g.talk(ctx, conn, u, u.Hostname(), m); err != nil {
		return Report{}, err
	}
	return Report{State: Handed, Provider: msgID(m), Said: "本院的邮件服务器收下了，由它转出去"}, nil
}

// direct hands a message to the first mail server of the recipient that
// answers.
func (g Mail) direct(ctx context.Context, u *url.URL, m Message) (Report, error) {
	_, domain, _ := strings.Cut(m.Target, "@")
	find := g.Find
	if find == nil {
		find = net.DefaultResolver.LookupMX
	}
	hosts, err := find(ctx, domain)
	var none *net.DNSError
	if errors.As(err, &none) && none.IsNotFound {
		hosts, err = []*net.MX{{Host: domain}}, nil // RFC 5321, 5.1
	}
	if err != nil {
		return Report{}, fault.Wrap(fault.Unavailable, "查不到对方的邮件服务器。", err)
	}
	slices.SortStableFunc(hosts, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	for _, h := range hosts {
		host := strings.TrimSuffix(h.Host, ".")
		if host == "" { // RFC 7505: it takes no mail
			return Report{}, fmt.Errorf("%w: %s 不收邮件", ErrRefused, domain)
		}
		conn, derr := g.Reach.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(host, cmp.Or(g.Port, "25")))
		if derr != nil {
			err = derr
			continue
		}
		if err := g.talk(ctx, conn, u, host, m); err != nil {
			return Report{}, err
		}
		return Report{State: Delivered, Provider: msgID(m), Said: "对方邮件服务器 " + host + " 收下了"}, nil
	}
	return Report{}, fault.Wrap(fault.Unavailable, "对方的邮件服务器没有回应。", err)
}

// talk speaks SMTP over a connection, and closes it.
func (g Mail) talk(ctx context.Context, conn net.Conn, u *url.URL, host string, m Message) error {
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = c.Close() }()
	if u.Scheme == "mx" {
		if err := c.Hello(u.Host); err != nil {
			return err
		}
	}
	if ok, _ := c.Extension("STARTTLS"); ok { // with a name that is believed, also of a stranger: else another way serves
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return err
		}
	}
	if pw, ok := u.User.Password(); ok {
		if err := c.Auth(smtp.PlainAuth("", u.User.Username(), pw, u.Hostname())); err != nil {
			return err
		}
	}
	return g.deliver(c, m)
}

// deliver gives one message to a server that listens.
func (g Mail) deliver(c *smtp.Client, m Message) error {
	if err := c.Mail(g.From); err != nil {
		return err
	}
	if err := c.Rcpt(m.Target); err != nil {
		return final(err)
	}
	w, err := c.Data()
	if err != nil {
		return final(err)
	}
	_, err = fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
		g.From, m.Target, mime.BEncoding.Encode("utf-8", m.Subject), msgID(m), wrap76(m.Text))
	if err != nil {
		return err // without its last line it is no message
	}
	if err := w.Close(); err != nil {
		var answer *textproto.Error
		if !errors.As(err, &answer) {
			return fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		return final(err)
	}
	_ = c.Quit() // it has the message, however it says goodbye
	return nil
}

// final marks a refusal that will be the same tomorrow.
func final(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code/100 == 5 {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

func msgID(m Message) string { return "<" + m.ID + "@mashang>" }

// wrap76 encodes text in base64 lines of 76 characters (RFC 2045).
func wrap76(s string) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b bytes.Buffer
	for len(e) > 76 {
		b.WriteString(e[:76] + "\r\n")
		e = e[76:]
	}
	b.WriteString(e)
	return b.String()
}
