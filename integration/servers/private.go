package servers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Private is a server or a cluster that one test owns, and can kill and pause.
type Private struct {
	script string
	env    []string
	port   int
}

// StartPrivate starts the server of this script ("postgres", "mariadb", "galera") in its own folder and on its own
// ports. It is stopped when the test ends. If the server's programs are missing, the test is skipped, and fails in CI.
func StartPrivate(t testing.TB, script string) *Private {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	dir, err := os.MkdirTemp("", "occ") //nolint:usetesting // t.TempDir is too long for a socket, and not accessible to other users
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatalf("the folder of a private server: %v", err)
	}
	p := &Private{script: filepath.Join(filepath.Dir(file), script), port: freePorts(t)}
	p.env = append(os.Environ(), "ENTOCC_SERVERS_DIR="+dir, fmt.Sprintf("ENTOCC_SERVERS_PORT=%d", p.port))
	t.Cleanup(func() {
		if err := p.Do("stop"); err != nil {
			t.Errorf("stopping %s: %v", script, err)
		}
		_ = os.RemoveAll(dir)
	})
	if err := p.Do("start"); err != nil {
		if strings.Contains(err.Error(), "is missing: apt-get install") && os.Getenv("CI") == "" {
			t.Skipf("%s: %v", script, err)
		}
		t.Fatalf("starting %s: %v", script, err)
	}
	return p
}

// Do runs the script with a verb: "kill", "pause", "resume", "start" or another one that it has.
func (p *Private) Do(verb ...string) error {
	cmd := exec.Command(p.script, verb...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(p.script), strings.Join(verb, " "), err, out)
	}
	return nil
}

// PostgresURL returns the URL of the primary, or of its standby.
func (p *Private) PostgresURL(standby bool) string {
	port := p.port
	if standby {
		port++
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// MySQLDSNs returns the DSNs of the nodes, or of the single server.
func (p *Private) MySQLDSNs() []string {
	ports := []int{p.port + 2}
	if filepath.Base(p.script) == "galera" {
		ports = []int{p.port + 11, p.port + 12, p.port + 13}
	}
	var dsns []string
	for _, port := range ports {
		dsns = append(dsns, fmt.Sprintf("root@tcp(127.0.0.1:%d)/test?parseTime=true", port))
	}
	return dsns
}

// freePorts returns the first of 60 consecutive free ports, below those that the kernel gives to clients.
func freePorts(t testing.TB) int {
	t.Helper()
	for range 50 {
		first := 20000 + 60*rand.IntN(180)
		if free(first) {
			return first
		}
	}
	t.Fatal("no 60 ports are free")
	return 0
}

func free(first int) bool {
	for port := first; port < first+60; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
