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
}
