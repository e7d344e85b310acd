// A small service to debug: workers that take orders out of a queue, and a counter that shows it is running.
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

var stock = 1000000

type order struct {
	id    int
	item  string
	count int
}

func worker(name string, orders <-chan order, done *sync.WaitGroup) {
	defer done.Done()
	for o := range orders {
		pack(name, o)
	}
}

func pack(name string, o order) {
	time.Sleep(20 * time.Millisecond)
}

func main() {
	orders := make(chan order)
	var done sync.WaitGroup
	for _, name := range []string{"anna", "bodo", "carl"} {
		done.Add(1)
		go worker(name, orders, &done)
	}
	ticks, err := os.OpenFile(os.Args[1], os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	for id := 1; ; id++ {
		orders <- order{id: id, item: "lamp", count: 1}
		fmt.Fprintln(ticks, id)
	}
}
