package db

import "testing"

// TestPeer: a database on another machine is spoken to only when its
// certificate is checked.
func TestPeer(t *testing.T) {
	for dsn, ok := range map[string]bool{
		"postgres://c@/court?host=/var/run/postgresql": true, "postgres://c@127.0.0.1/court": true, "postgres://c@localhost:5433/court?sslmode=disable": true, "postgres://c@[::1]/court": true,
		"postgres://c@db.court.example/court": false, "postgres://c@db.court.example/court?sslmode=disable": false, "postgres://c@db.court.example/court?sslmode=allow": false,
		"postgres://c@db.court.example/court?sslmode=prefer": false, "postgres://c@db.court.example/court?sslmode=require": false,
		"postgres://c@db.court.example/court?sslmode=verify-ca": true, "postgres://c@db.court.example/court?sslmode=verify-full": true,
		"postgres://c@localhost,db.court.example/court": false, "postgres://c@10.1.2.3/court": false, "postgres://c@127.0.0.1.court.example/court": false, "postgres://%zz": false,
	} {
		if err := checkPeer(dsn); (err == nil) != ok {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
