// Package proxy is a TCP proxy between a client and its database that ends a connection at a byte of the test's choice,
// as networks and servers do; delays them, or stops them. It listens on 127.0.0.1 only, and does nothing at random.
package proxy

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Direction is the direction of the counted bytes.
type Direction int32

// The directions of a connection.
const (
	// Answers are the bytes from the server, which has carried out the request of a cut answer, in part or in full.
	Answers Direction = iota
	// Requests are the bytes to the server, which never gets those after the cut.
	Requests
)

// Proxy forwards connections to a server.
type Proxy struct {
	// Addr is where it listens, "127.0.0.1:40000".
	Addr string

	target    string
	listener  net.Listener
	direction atomic.Int32
	// left is how many bytes pass before the cut, negative for no cut.
	left atomic.Int64
	cuts atomic.Int64
	mu   sync.Mutex
	gate gate
	all  map[net.Conn]end
}

// end is the side of the proxy that a connection is on.
type end int

const (
	clientEnd end = iota + 1
	serverEnd
)

// Start returns a proxy to a server's address. It lasts until the end of the test.
func Start(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening for the proxy: %v", err)
	}
	p := &Proxy{Addr: listener.Addr().String(), target: target, listener: listener, all: make(map[net.Conn]end)}
	p.left.Store(-1)
	t.Cleanup(p.close)
	go p.accept()
	return p
}

// CutAfter ends the connection that is the first to have sent more than n bytes in this direction from now on. Connections
// after that pass.
func (p *Proxy) CutAfter(direction Direction, n int) {
	p.direction.Store(int32(direction))
	p.left.Store(int64(n))
}

// Pass cancels a cut that has not happened.
func (p *Proxy) Pass() { p.left.Store(-1) }

// Cuts returns how many connections were cut.
func (p *Proxy) Cuts() int { return int(p.cuts.Load()) }

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.Heal()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.all {
		_ = c.Close()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		server, err := net.Dial("tcp", target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.all[client], p.all[server] = clientEnd, serverEnd
		p.mu.Unlock()
		go p.forward(client, server, Answers)
		go p.forward(server, client, Requests)
	}
}

// done ends both sides of a connection.
func (p *Proxy) done(to, from net.Conn) {
	_, _ = to.Close(), from.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, to)
	delete(p.all, from)
}

// forward copies from one side to the other, and ends both when one of them ends or is cut.
func (p *Proxy) forward(to, from net.Conn, direction Direction) {
	defer p.done(to, from)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.await()
		if pass, cut := p.allow(direction, n); cut {
			_, _ = to.Write(buf[:pass])
			p.cuts.Add(1)
			if direction == Answers {
				return
			}
			// The server processes what it has received before it sees the end.
			if half, ok := to.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, to)
			return
		}
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// allow reports how many of n bytes may pass, and whether the connection is cut there.
func (p *Proxy) allow(direction Direction, n int) (pass int, cut bool) {
	if Direction(p.direction.Load()) != direction {
		return n, false
	}
	left := p.left.Load()
	switch {
	case left < 0:
		return n, false
	case int64(n) <= left:
		p.left.Store(left - int64(n))
		return n, false
	}
	p.left.Store(-1)
	return int(left), true
}
