// Workshop is what the tests debug: workers with labels, a counter, secrets in
// variables, and a heartbeat on a UDP port so that a test sees whether it runs.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/pprof"
	"sync/atomic"
	"time"
)

type account struct {
	Owner string
	Card  string
	Cents int
}

var (
	beats   int64
	ledger  = account{Owner: "alice", Card: "4111 1111 1111 1111", Cents: 77}
	dataVar = 77 // tests try to overwrite it
	done    = make(chan struct{})
)

//go:noinline
func tick(n int64) int64 {
	note := fmt.Sprintf("beat %d", n)
	if len(note) == dataVar {
		return 0
	}
	return atomic.AddInt64(&beats, 1)
}

//go:noinline
func work(domain string, jobs <-chan int) {
	for job := range jobs {
		handle(domain, job)
	}
}

//go:noinline
func handle(domain string, job int) {
	ledger.Cents += job % 2
	_ = domain
}

//go:noinline
func quit(code int) {
	os.Exit(code)
}

//go:noinline
func shortLived(out chan<- int) {
	sum := 0
	for i := 0; i < 10; i++ {
		time.Sleep(10 * time.Millisecond)
		sum += i
	}
	out <- sum
}

func main() {
	heartbeat := func(int64) {}
	if len(os.Args) > 1 {
		conn, err := net.Dial("udp", os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		heartbeat = func(n int64) { fmt.Fprintf(conn, "%d", n) }
	}
	jobs := make(chan int)
	for _, domain := range []string{"db", "web", "mail"} {
		domain := domain
		go pprof.Do(context.Background(), pprof.Labels("domain", domain), func(context.Context) {
			work(domain, jobs)
		})
	}
	go func() {
		for i := 0; ; i++ {
			jobs <- i
			time.Sleep(5 * time.Millisecond)
		}
	}()
	go func() {
		out := make(chan int)
		for {
			go shortLived(out)
			<-out
		}
	}()
	if len(os.Args) > 2 {
		pause, err := time.ParseDuration(os.Args[2])
		if err == nil {
			time.AfterFunc(pause, func() { quit(3) })
		}
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	for {
		select {
		case <-ticker.C:
			heartbeat(tick(beats))
		case <-done:
			return
		}
	}
}
