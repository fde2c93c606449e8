package proxy

import (
	"net"
	"time"
)

// gate holds back the bytes of all connections.
type gate struct {
	// shut is closed when bytes may pass again; nil while they may.
	shut  chan struct{}
	delay time.Duration
}

// Break ends all connections at once, with the bytes that are on their way. New connections pass.
func (p *Proxy) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.all {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.Close()
	}
	clear(p.all)
}

// HalfClose ends the clients' side of all connections: the server sees the end of their data. Answers still pass.
func (p *Proxy) HalfClose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c, end := range p.all {
		if tcp, ok := c.(*net.TCPConn); ok && end == serverEnd {
			_ = tcp.CloseWrite()
		}
	}
}

// Delay delays each chunk of each connection, until it is called with 0.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate.delay = d
}

// Partition stops all bytes in both directions, those of new connections too, until [Proxy.Heal]. Nobody is notified: a
// request that its client has given up is carried out afterwards.
func (p *Proxy) Partition() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate.shut == nil {
		p.gate.shut = make(chan struct{})
	}
}

// Heal ends a partition.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate.shut != nil {
		close(p.gate.shut)
		p.gate.shut = nil
	}
}

// Retarget leads new connections to another server, and ends the existing ones.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
	p.Break()
}

// await waits until bytes may pass.
func (p *Proxy) await() {
	p.mu.Lock()
	g := p.gate
	p.mu.Unlock()
	if g.delay > 0 {
		time.Sleep(g.delay)
	}
	if g.shut != nil {
		<-g.shut
	}
}
