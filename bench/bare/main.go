// Command bare is what Gatehouse's reads are compared with: a net/http server
// whose one handler writes the same bytes to every request. It must not do
// anything that could be left out.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
)

func main() {
	file := flag.String("body", "", "file with the body of the answer")
	flag.Parse()
	body, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal(err)
	}
	length := strconv.Itoa(len(body))
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the process
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr())
	log.Fatal(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { //nolint:gosec // it needs no timeouts
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length) // which net/http adds to short ones only
		_, _ = w.Write(body)
	})))
}
