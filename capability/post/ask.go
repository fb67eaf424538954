package post

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"mashang/docket/paper"
	"mashang/platform/db"
	"mashang/platform/egress"
	"mashang/platform/jobs"
	"mashang/platform/notify"
)

const (
	every   = 6 * time.Hour
	atOnce  = 200              // parcels in one round
	patient = 90 * time.Second // with a post that is slow
)

// start begins the rounds of asking, which go on by themselves.
func (s *Service) start(ctx context.Context) error {
	return s.k.DB.Do(ctx, func(tx *db.Tx) error {
		return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "post.ask", Once: "post.ask/first"})
	})
}

// ask asks the post about parcels that are on their way, some of them each time.
// A post that does not answer is asked again in the next round.
func (s *Service) ask(ctx context.Context, j *jobs.Job) error {
	err := s.round(ctx)
	if err != nil {
		s.k.Log.Warn("post: a round ended early", "err", err)
	}
	return s.k.DB.Do(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "post.ask", At: s.k.Now().Add(every)}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

func (s *Service) round(ctx context.Context) error {
	if s.k.Config.Post == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	var ps []paper.Parcel
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		ps, err = s.delivery.Underway(tx, 10*atOnce)
		return err
	})
	if err != nil {
		return err
	}
	rand.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	asked := map[string]bool{}
	for _, p := range ps {
		if asked[p.Number] || len(asked) == atOnce {
			continue
		}
		asked[p.Number] = true
		ls, err := s.question(ctx, p.Number)
		if err != nil {
			return err
		}
		for _, l := range ls {
			l.Number = p.Number
			if _, err := s.take(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// question gets what the post knows of a number: {"events": [{event, date,
// signer, reason}]}, oldest first. The number is signed.
func (s *Service) question(ctx context.Context, number string) ([]line, error) {
	u, err := url.Parse(s.k.Config.Post)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	q.Set("number", number)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Signature", notify.Signature(s.k.Config.PostKey, []byte(number)))
	status, reply, err := egress.Reach{Intranet: true, Loopback: true}.Call(req)
	if err != nil {
		return nil, err
	}
	if status == http.StatusNotFound { // it was not handed in yet
		return nil, nil
	}
	var a struct {
		Events []line `json:"events"`
	}
	if err := json.Unmarshal(reply, &a); err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("post: answered %d: %w", status, err)
	}
	return a.Events, nil
}
