package identity

import (
	"testing"

	"mashang/law"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		number string
		ok     bool
	}{
		{Resident, "11010519491231002X", true}, {Resident, "11010519491231002x", false}, {Resident, "131126199002301238", false}, {Resident, "131126900307123", false},
		{Passport, "E12345678", true}, {Passport, "E 123", false}, {HKMacau, "H12345678", true}, {HKMacau, "X12345678", false}, {Taiwan, "12345678", true}, {Taiwan, "1234567", false},
		{USCC, "91350100M000100Y43", true}, {USCC, "91350100M000100Y4Z", false}, {Residence, "11010519491231002X", false}, {"pigeon", "1", false},
	} {
		if err := Check(c.kind, c.number); (err == nil) != c.ok {
			t.Errorf("%s %s: %v", c.kind, c.number, err)
		}
	}
}

// TestFictional: what the demo uses passes the checks and belongs to no place.
func TestFictional(t *testing.T) {
	born := law.Date{Year: 1986, Month: 5, Day: 12}
	for i := range 500 {
		n := Fictional(i, born, i%2 == 0)
		got, sex, ok := ParseResident(n)
		if !ok || got != born || (sex == "男") != (i%2 == 0) || n[:6] != "990000" {
			t.Fatalf("%s: %v %s %v", n, got, sex, ok)
		}
		if !ValidUSCC(FictionalUSCC(i)) || !ValidPhone(FictionalPhone(i)) {
			t.Fatal(i)
		}
	}
}

func TestMasks(t *testing.T) {
	for got, want := range map[string]string{
		MaskPhone("13912345678"): "139****5678", MaskNumber("11010519491231002X"): "1****************X", MaskName("贾若兰"): "贾*兰", MaskName("贾兰"): "贾*",
		Normalise(" １1０-105x "): "110105X",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
