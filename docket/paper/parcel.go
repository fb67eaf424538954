package paper

import (
	"time"

	"mashang/law"
	"mashang/law/service"
)

// Parcel is a paper that was given to the post.
type Parcel struct {
	Attempt string `json:"attempt"` // of delivery
	Service string `json:"service"`
	Case    string `json:"case"`
	Title   string `json:"title"`
	Number  string `json:"-"` // the post's
	Unit    bool   `json:"-"` // its recipient is an organisation
	Done    bool   `json:"done"`
}

// Tracking is what the post says became of a parcel, in the words of the law.
type Tracking struct {
	Signed   bool             // else it came back
	By       service.Receiver // who signed
	Relation string           // his name, and what he is to the recipient
	Why      service.Return   // why it came back
	On       law.Date
}

// Printing is a paper that must go out on paper.
type Printing struct {
	Paper   string    `json:"paper"`
	Case    string    `json:"case"`
	Number  string    `json:"number"`
	Title   string    `json:"title"`
	Pages   int       `json:"pages"`
	Party   string    `json:"party"`
	Way     string    `json:"way"`     // the next one that is open
	Printed time.Time `json:"printed"` // zero: not yet
	Wanted  bool      `json:"wanted"`  // it was served electronically, and he wants it on paper
}

// Envelope is where the post brings a paper, and to whom.
type Envelope struct {
	Paper    Paper
	Name     string // of its recipient
	At       string
	Phone    string
	Receiver string // who may receive it for him
}

// Posting is where and when a public notice was put up, and whether it hangs as
// long as for who has no home in the country (民事诉讼法 283).
type Posting struct {
	Place  string   `json:"place"`
	On     law.Date `json:"on"`
	Abroad bool     `json:"abroad,omitempty"`
}

// Notice is a public notice that hangs, or hung.
type Notice struct {
	Court  string    `json:"court"`
	Number string    `json:"number"`
	Name   string    `json:"name"`
	Paper  string    `json:"paper"`
	Posted []Posting `json:"posted"`
	Stood  int       `json:"stood"` // days so far
	Days   int       `json:"days"`
	On     law.Date  `json:"on"` // when it counts as served
	Made   bool      `json:"made"`
}
