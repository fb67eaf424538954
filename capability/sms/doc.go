// Package sms lets anyone who got a short message from the court find out that
// the court sent it.
//
// Each message but a one-time code ends with a word of eight characters, drawn
// from its id by a key that the court alone has. Whoever types the word on the
// page learns the day, the last two digits of the number and what it was about
// in general; of the case, nothing. Forty bits are too many to try, and tries
// are limited. The word itself is not kept, only its keyed digest, for half a
// year.
package sms
