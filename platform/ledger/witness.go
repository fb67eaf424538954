package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
	"mashang/platform/egress"
	"mashang/platform/vault"
)

// A witness (another court, a bar association) signs only checkpoints that
// extend the last one it saw, in the form of C2SP tlog-cosignature and
// tlog-witness. A court that wanted to rewrite its ledger would need the
// witness too.

const cosignatureAlg = 4

func strictBase64(s string) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && base64.StdEncoding.EncodeToString(b) == s
}

func cosignedMessage(at uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
}

func cosignerHash(name string, pub ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{cosignatureAlg})
	h.Write(pub)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

type cosigner struct {
	name string
	hash uint32
	pub  ed25519.PublicKey
}

// Cosigner returns the verifier of a witness key, "name+hash+base64".
func Cosigner(key string) (note.Verifier, error) {
	f := strings.SplitN(key, "+", 3)
	if len(f) != 3 || !strictBase64(f[2]) {
		return nil, errors.New("见证人的公钥写法不对")
	}
	b, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(b) != 33 || b[0] != cosignatureAlg {
		return nil, errors.New("见证人的公钥不对")
	}
	c := cosigner{name: f[0], pub: b[1:]}
	c.hash = cosignerHash(c.name, c.pub)
	if f[1] != fmt.Sprintf("%08x", c.hash) {
		return nil, errors.New("见证人的公钥和名称对不上")
	}
	return c, nil
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	return len(sig) == 72 && ed25519.Verify(c.pub, cosignedMessage(binary.BigEndian.Uint64(sig), msg), sig[8:])
}

// Witness cosigns the checkpoints of one ledger.
type Witness struct {
	name  string
	priv  ed25519.PrivateKey
	log   note.Verifier
	state State
	now   func() time.Time
}

// State remembers the last checkpoint that a witness signed. Swap must be atomic and durable.
type State interface {
	Last() (size int64, root tlog.Hash, err error)
	Swap(oldSize, size int64, root tlog.Hash) error
}

// NewWitness returns a witness with a key kept in the folder of keys, for the
// ledger whose verifier key is given.
func NewWitness(keys, name, logKey string, s State, now func() time.Time) (*Witness, error) {
	seed, err := vault.KeyFile(keys, "witness.key")
	if err != nil {
		return nil, err
	}
	v, err := strictVerifier(logKey)
	if err != nil {
		return nil, err
	}
	return &Witness{name: name, priv: ed25519.NewKeyFromSeed(seed), log: v, state: s, now: now}, nil
}

// Key is the verifier key of the witness.
func (w *Witness) Key() string {
	pub := w.priv.Public().(ed25519.PublicKey)
	return fmt.Sprintf("%s+%08x+%s", w.name, cosignerHash(w.name, pub), base64.StdEncoding.EncodeToString(append([]byte{cosignatureAlg}, pub...)))
}

// ErrBehind says that the asker's idea of the witness's last size is wrong;
// the witness answers with its own.
type ErrBehind struct{ Size int64 }

func (e ErrBehind) Error() string { return fmt.Sprintf("ledger: the witness is at %d", e.Size) }

// Cosign checks that a checkpoint extends the last one and signs it.
func (w *Witness) Cosign(old int64, proof []tlog.Hash, checkpoint string) (string, error) {
	n, err := note.Open([]byte(checkpoint), note.VerifierList(w.log))
	if err != nil {
		return "", fmt.Errorf("ledger: witness: %w", err)
	}
	size, root, err := parseCheckpoint(n.Text, w.log.Name())
	if err != nil {
		return "", err
	}
	last, lastRoot, err := w.state.Last()
	if err != nil {
		return "", err
	}
	if old != last {
		return "", ErrBehind{last}
	}
	if last > 0 {
		if err := tlog.CheckTree(proof, size, root, last, lastRoot); err != nil {
			return "", fmt.Errorf("ledger: witness: the new tree does not extend the old one: %w", err)
		}
	}
	if err := w.state.Swap(last, size, root); err != nil {
		return "", err
	}
	at := uint64(w.now().Unix())
	sig := binary.BigEndian.AppendUint64(nil, at)
	sig = append(sig, ed25519.Sign(w.priv, cosignedMessage(at, []byte(n.Text)))...)
	hash := binary.BigEndian.AppendUint32(nil, cosignerHash(w.name, w.priv.Public().(ed25519.PublicKey)))
	return "— " + w.name + " " + base64.StdEncoding.EncodeToString(append(hash, sig...)) + "\n", nil
}

// ServeHTTP answers POST /add-checkpoint of C2SP tlog-witness.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 64<<10))
	if err != nil || r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/add-checkpoint") {
		http.Error(rw, "bad request", http.StatusBadRequest)
		return
	}
	head, checkpoint, ok := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	var old int64
	if _, err := fmt.Sscanf(lines[0], "old %d", &old); err != nil || !ok {
		http.Error(rw, "bad request", http.StatusBadRequest)
		return
	}
	var proof []tlog.Hash
	for _, l := range lines[1:] {
		h, err := tlog.ParseHash(l)
		if err != nil {
			http.Error(rw, "bad proof", http.StatusBadRequest)
			return
		}
		proof = append(proof, h)
	}
	line, err := w.Cosign(old, proof, checkpoint)
	var behind ErrBehind
	switch {
	case errors.As(err, &behind):
		rw.Header().Set("Content-Type", "text/x.tlog.size")
		rw.WriteHeader(http.StatusConflict)
		_, _ = fmt.Fprintf(rw, "%d\n", behind.Size)
	case err != nil:
		http.Error(rw, err.Error(), http.StatusUnprocessableEntity)
	default:
		_, _ = io.WriteString(rw, line)
	}
}

// AskWitness has the newest checkpoint cosigned by the witness at url and
// keeps its line.
func (l *Ledger) AskWitness(ctx context.Context, d *db.DB, url, key string) error {
	v, err := Cosigner(key)
	if err != nil {
		return err
	}
	old := int64(0)
	for range 2 {
		var body, text string
		var size int64
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			body, text, size, err = l.witnessRequest(tx, old)
			return err
		})
		if err != nil || size == 0 {
			return err
		}
		line, at, err := post(ctx, url, body)
		if err != nil {
			return err
		}
		if at >= 0 { // it told us where it is
			old = at
			continue
		}
		if _, err := note.Open([]byte(text+line), note.VerifierList(v)); err != nil {
			return fmt.Errorf("ledger: the witness's signature is wrong: %w", err)
		}
		return d.Do(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO ledger_cosignature (size, witness, line) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, size, v.Name(), line)
			return err
		})
	}
	return errors.New("ledger: the witness keeps contradicting itself")
}

func (l *Ledger) witnessRequest(tx *db.Tx, old int64) (body, text string, size int64, err error) {
	text, size, err = Checkpoint(tx)
	if err != nil || size == 0 {
		return "", "", 0, err
	}
	if old > size {
		return "", "", 0, fmt.Errorf("ledger: the witness has seen %d entries, we have %d: our history was cut", old, size)
	}
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "old %d\n", old)
	if old > 0 && old < size {
		proof, err := tlog.ProveTree(size, old, newHashes(tx))
		if err != nil {
			return "", "", 0, err
		}
		for _, h := range proof {
			b.WriteString(h.String() + "\n")
		}
	}
	b.WriteString("\n" + text)
	return b.String(), text, size, nil
}

// post sends a checkpoint; at is the witness's size when it refused ours, else -1.
func post(ctx context.Context, url, body string) (line string, at int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(url, "/")+"/add-checkpoint", strings.NewReader(body))
	if err != nil {
		return "", -1, err
	}
	// Its address stands in the court's settings, so it may be next door; but it
	// leads nowhere else.
	status, b, err := egress.Reach{Intranet: true, Loopback: true}.Call(req)
	switch {
	case err != nil:
		return "", -1, err
	case status == http.StatusConflict:
		at, err = strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		return "", at, err
	case status != http.StatusOK:
		return "", -1, fmt.Errorf("ledger: the witness answered %d", status)
	}
	return string(b), -1, nil
}
