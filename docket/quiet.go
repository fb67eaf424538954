package docket

import (
	"time"

	"mashang/law"
)

// Quiet hours: no telephone rings with a message from the court between ten at
// night and eight in the morning.
const quietFrom, quietUntil = 22, 8

// Rings is when a message from the court may be sent, at the soonest: at once,
// or in the morning where the courts are.
func Rings(at time.Time) time.Time {
	day := law.DateOf(at, zone)
	switch hour := at.In(zone).Hour(); {
	case hour >= quietFrom:
		return day.AddDays(1).At(quietUntil, 0, zone)
	case hour < quietUntil:
		return day.At(quietUntil, 0, zone)
	}
	return at
}
