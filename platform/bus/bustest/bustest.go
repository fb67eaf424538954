// Package bustest gives tests a real bus: a NATS server within the test binary.
package bustest

import (
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a running server; it can be stopped and come back with what it kept.
type Server struct {
	t    testing.TB
	dir  string
	port int
	ns   *server.Server
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), port: server.RANDOM_PORT}
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// URL is where it listens, the same after it came back.
func (s *Server) URL() string { return s.ns.ClientURL() }

// Up starts it, again if need be.
func (s *Server) Up() {
	s.t.Helper()
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: s.port, JetStream: true, StoreDir: s.dir, NoLog: true, NoSigs: true})
	if err != nil {
		s.t.Fatal(err)
	}
	go ns.Start()
	if !ns.ReadyForConnections(20 * time.Second) {
		s.t.Fatal("the bus does not start")
	}
	addr, ok := ns.Addr().(*net.TCPAddr)
	if !ok {
		s.t.Fatal("the bus listens nowhere")
	}
	s.ns, s.port = ns, addr.Port
}

// Down stops it.
func (s *Server) Down() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}
