package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mashang/platform/id"
)

// asked is what a court is asked: a code that stands on a paper, or the word at
// the end of a message. Neither says anything by itself; the court's answer is to
// be had only from its own address.
type asked struct {
	at   string // the court's address
	code string
	word string
}

// ask asks the court and says what it answers.
func ask(ctx context.Context, a asked, stdout io.Writer) error {
	u, err := url.Parse(a.at)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("请用 -at 写法院的网址，像 https://court.example.cn。网址要是您自己知道的，不要用文书或者短信里写的")
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	if a.word != "" {
		var f struct {
			Ours             bool
			Day, Tail, About string
		}
		body, err := json.Marshal(map[string]string{"word": a.word})
		if err != nil {
			return err
		}
		if err := query(ctx, http.MethodPost, u.JoinPath("/api/v1/sms/check"), body, &f); err != nil {
			return err
		}
		if !f.Ours {
			return errors.New("查不到：法院近半年没有发过最后是这几个字的短信")
		}
		_, err = fmt.Fprintf(stdout, "是法院发的：%s，发给尾号 %s 的手机，说的是%s\n", f.Day, f.Tail, f.About)
		return err
	}
	code := id.Fold(a.code)
	if len(code) != 16 {
		return errors.New("文书编码是 16 个字，印在每一页的码旁边")
	}
	var v struct {
		State, Court, Title, Dated string
		Pages                      int
		Demo                       bool
	}
	if err := query(ctx, http.MethodGet, u.JoinPath("/api/v1/papers/check", code), nil, &v); err != nil {
		return err
	}
	what := fmt.Sprintf("%s《%s》，%s，共 %d 页", v.Court, v.Title, v.Dated, v.Pages)
	if v.Demo {
		what += "，演示用的，没有法律效力"
	}
	switch v.State {
	case "genuine":
		_, err = fmt.Fprintln(stdout, "这个码是真的："+what+"。纸上的内容要和它一样，请用 -pdf 核对文件")
		return err
	case "superseded", "withdrawn":
		return errors.New("这份文书已经撤回或者换了新的：" + what)
	}
	return errors.New("查不到这个文书编码")
}

// query gets an answer as JSON. An answer that says no such thing is one.
func query(ctx context.Context, method string, u *url.URL, body []byte, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("连不上法院的网站：%w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	var no struct{ Error struct{ Show string } }
	if json.Unmarshal(b, &no) == nil && no.Error.Show != "" {
		return errors.New(no.Error.Show)
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotFound || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		return fmt.Errorf("法院的网站答了 %s，看不懂", res.Status)
	}
	return json.Unmarshal(b, into)
}
