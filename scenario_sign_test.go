package mashang_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"mashang/demo/signer"
)

// papersToSign is what certify answers.
type papersToSign struct {
	Sitting string        `json:"sitting"`
	Papers  []paperToSign `json:"papers"`
}

type paperToSign struct {
	Round string `json:"round"`
	Base  string `json:"base"`
	TBS   string `json:"tbs"`
}

// signs signs rounds as sign.js does, with the code that came to the phone:
// "signs 贾若兰 $jia.phone $round". A refusal on the way is the last answer.
func (s *scene) signs(w []string) error {
	who, phone, rounds := w[0], w[1], w[2:]
	before := s.who
	s.who = who
	defer func() { s.who = before }()
	list, err := json.Marshal(rounds)
	if err != nil {
		return err
	}
	if err := s.doPost([]string{"/signing/begin", "rounds:=" + string(list)}); err != nil || s.last.code != 200 {
		return err
	}
	check := s.last.get("check")
	if err := s.jobs([]string{"run"}); err != nil {
		return err
	}
	key, err := signer.New()
	if err != nil {
		return err
	}
	csr, err := key.Request()
	if err != nil {
		return err
	}
	err = s.doPost([]string{"/signing/certify", "rounds:=" + string(list), "check=" + check, "code=" + s.code(phone), "csr=" + csr, "strokes=" + signer.Strokes})
	if err != nil || s.last.code != 200 {
		return err
	}
	var got papersToSign
	if err := json.Unmarshal([]byte(s.last.body), &got); err != nil {
		return err
	}
	for _, p := range got.Papers {
		if err := s.signOne(key, got.Sitting, p); err != nil || s.last.code != 200 {
			return err
		}
	}
	return nil
}

// signOne signs one paper, once more when somebody else signed in between.
func (s *scene) signOne(key signer.Key, sitting string, p paperToSign) error {
	for range 5 {
		signature, err := key.Sign(p.TBS)
		if err != nil {
			return err
		}
		if s.fault != nil { // several in one line of the story are several forms
			s.key = p.Round + p.Base
		}
		if err := s.doPost([]string{"/signing/sign", "sitting=" + sitting, "round=" + p.Round, "base=" + p.Base, "signature=" + signature}); err != nil || s.last.code != 200 {
			return err
		}
		var out struct {
			Done  bool         `json:"done"`
			Again *paperToSign `json:"again"`
		}
		if err := json.Unmarshal([]byte(s.last.body), &out); err != nil {
			return err
		}
		if out.Done {
			return nil
		}
		if out.Again == nil {
			break
		}
		p = *out.Again
	}
	return errors.New("it was not signed: " + fmt.Sprint(s.last.code) + " " + s.last.body)
}
