package seals

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
)

const mostAsked = 64 << 10

type (
	signAsk struct {
		Label     string    `json:"label"`
		Algorithm Algorithm `json:"algorithm"`
		Digest    []byte    `json:"digest"`
	}
	signSay struct {
		Signature []byte `json:"signature"`
	}
)

// Handler serves keys to who shows the secret. failed is told what went wrong:
// who asks learns nothing of it.
func Handler(keys Keys, secret string, failed func(error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chain", func(w http.ResponseWriter, r *http.Request) {
		c, err := keys.Chain(r.Context(), Key{r.FormValue("label"), Algorithm(r.FormValue("algorithm"))})
		answer(w, c, err, failed)
	})
	mux.HandleFunc("POST /sign", func(w http.ResponseWriter, r *http.Request) {
		var q signAsk
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostAsked)).Decode(&q); err != nil || len(q.Digest) != 32 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		sig, err := keys.Sign(r.Context(), Key{q.Label, q.Algorithm}, q.Digest)
		answer(w, signSay{sig}, err, failed)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if secret == "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+secret)) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, a any, err error, failed func(error)) {
	switch {
	case errors.Is(err, ErrNoKey):
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		failed(err)
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(a) // who asked has gone
	}
}
