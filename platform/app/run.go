package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mashang/platform/db"
	"mashang/platform/web"
)

// Metrics are the house's figures for Prometheus. Labels are route patterns
// and job kinds, never paths or ids.
type Metrics struct {
	reg      *prometheus.Registry
	requests *prometheus.HistogramVec
	writer   prometheus.Histogram
	jobs     *prometheus.CounterVec
}

// NewMetrics returns metrics fed by the kit.
func NewMetrics(k *Kit) *Metrics {
	m := &Metrics{
		reg:      prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mashang_request_seconds", Help: "Time to answer a request, by route and status.", Buckets: []float64{.005, .02, .05, .1, .3, 1, 3}}, []string{"route", "status"}),
		writer:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "mashang_writer_seconds", Help: "Time an act held the database's writer.", Buckets: []float64{.001, .005, .02, .1, .5}}),
		jobs:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mashang_job_failures_total", Help: "Failed tries of jobs, by kind."}, []string{"kind"}),
	}
	m.reg.MustRegister(m.requests, m.writer, m.jobs, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.reg.MustRegister(k.Live.Collectors()...)
	k.DB.OnSlow(func(d time.Duration) { m.writer.Observe(d.Seconds()) })
	k.Jobs.OnFail(func(kind string) { m.jobs.WithLabelValues(kind).Inc() })
	return m
}

// Done observes one request.
func (m *Metrics) Done(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, fmt.Sprint(status)).Observe(took.Seconds())
}

// Health mounts /healthz, /readyz and /metrics.
func (k *Kit) Health(rt *web.Router, m *Metrics) {
	rt.Raw("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	}))
	rt.Raw("GET /readyz", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := k.DB.Ping(ctx); err != nil {
			http.Error(w, "database does not answer", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	}))
	rt.Raw("GET /metrics", onlyLocal(promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{})))
}

// onlyLocal keeps metrics to this machine, and from whoever comes through a
// proxy on it; a collector elsewhere asks through a tunnel.
func onlyLocal(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || forwarded(r) {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// forwarded reports whether a proxy says that it passes a request on.
func forwarded(r *http.Request) bool {
	for _, h := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	return false
}

// overTLS is how https is spoken without a proxy: version 1.3, or 1.2 with
// forward secrecy and authenticated encryption.
func overTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256}}
}

// workers is how many jobs run beside each other.
const workers = 2

// Serve answers requests, runs jobs and seals the ledger until ctx ends, then
// lets what is running finish.
func (k *Kit) Serve(ctx context.Context, l net.Listener, h http.Handler, background ...func(context.Context)) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(serverLog{k.Log}, "", 0)}
	if k.Config.TLSCert != "" {
		srv.TLSConfig = overTLS()
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { k.Jobs.Run(work, workers) })
	wg.Go(func() { k.Seal(work) })
	wg.Go(func() { k.sweep(work) })
	wg.Go(func() { k.Notify.Run(work) })
	wg.Go(func() { k.Live.Run(work) })
	srv.RegisterOnShutdown(k.Live.Close) // open pages would hold it up
	for _, b := range background {
		wg.Go(func() { b(work) })
	}
	failed := make(chan error, 1)
	go func() {
		if k.Config.TLSCert != "" {
			failed <- srv.ServeTLS(l, k.Config.TLSCert, k.Config.TLSKey)
			return
		}
		failed <- srv.Serve(l)
	}()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		err = srv.Shutdown(grace)
		cancel()
	}
	stop()
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// serverLog takes what net/http has to say (a handshake that failed, a handler
// that panicked) into the log that everything else goes to, without the
// address of the caller.
type serverLog struct{ log *slog.Logger }

var caller = regexp.MustCompile(`(from|serving) \S+:[0-9]+:`)

func (l serverLog) Write(b []byte) (int, error) {
	l.log.Error("server", "err", caller.ReplaceAllString(strings.TrimSpace(string(b)), "$1 a caller:"))
	return len(b), nil
}

// Every does f now and again after each pause until ctx ends; failed is what
// the log says when it fails.
func (k *Kit) Every(ctx context.Context, pause time.Duration, failed string, f func(context.Context) error) {
	for {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error(failed, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// sweep forgets what has served its time, once an hour, and counts anew for
// the planner once a day.
func (k *Kit) sweep(ctx context.Context) {
	round := 0
	k.Every(ctx, time.Hour, "sweeping failed", func(ctx context.Context) error {
		err := k.DB.Do(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM web_idempotency WHERE at < ?`, k.Now().Add(-7*24*time.Hour))
			return err
		})
		if err == nil && round%24 == 0 {
			err = k.DB.Analyze(ctx)
		}
		round++
		return err
	})
}
