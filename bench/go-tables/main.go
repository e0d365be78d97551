// Command go-tables keeps a client and a server with a synced table by means of the Go library,
// and says what their syncs cost: with each other, or with others.
//
// Usage: go-tables FOLDER PROJECTCODE
//
// It makes both repositories in FOLDER and reads commands, one a line:
//
//	put COUNT STEP VERSION   the client writes COUNT rows, whose numbers are STEP apart
//	sync [URL]               the client syncs with the server, or with the one at URL
//	serve                    the server answers on the loopback device
//	cost                     nothing
//
// Each is answered by a line of JSON: the processor time of this process so far, the address that
// is served, and the rows that the client and the server hold. tools/go-command.ts builds the
// command as a package of the library's own tree, since tables are written by what is internal to it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	libfossil "github.com/danmestas/go-libfossil"
	_ "github.com/danmestas/go-libfossil/db/driver/modernc"
	"github.com/danmestas/go-libfossil/internal/repo"
)

const table = "things"

var definition = repo.TableDef{
	Columns: []repo.ColumnDef{
		{Name: "id", Type: "text", PK: true},
		{Name: "title", Type: "text"},
		{Name: "count", Type: "integer"},
		{Name: "weight", Type: "real"},
	},
	Conflict: "mtime-wins",
}

const definedAt = 1_700_000_000

// pair is a client and the server that it syncs with unless told otherwise.
type pair struct {
	client, server *libfossil.Repo
	url            string
}

type answer struct {
	CPUMs float64 `json:"cpuMs"`
	URL   string  `json:"url"`
	// Rows that each of the two holds.
	Client int `json:"client"`
	Server int `json:"server"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) != 2 {
		return errors.New("usage: go-tables FOLDER PROJECTCODE")
	}
	var p pair
	if p.client, err = create(filepath.Join(args[0], "client.fossil"), args[1]); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.client.Close()) }()
	if p.server, err = create(filepath.Join(args[0], "server.fossil"), args[1]); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.server.Close()) }()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := p.obey(strings.Fields(lines.Text())); err != nil {
			return err
		}
		if err := p.answer(); err != nil {
			return err
		}
	}
	return lines.Err()
}

// create makes a repository with an empty table.
func create(path, projectCode string) (*libfossil.Repo, error) {
	r, err := libfossil.Create(path, libfossil.CreateOpts{User: "go", ProjectCode: projectCode})
	if err != nil {
		return nil, err
	}
	if err := repo.EnsureSyncSchema(r.DB()); err != nil {
		return nil, err
	}
	return r, repo.RegisterSyncedTable(r.DB(), table, definition, definedAt)
}

func (p *pair) obey(command []string) error {
	switch {
	case len(command) == 4 && command[0] == "put":
		return p.put(command[1:])
	case len(command) == 1 && command[0] == "sync":
		return p.sync(inProcess{p.server})
	case len(command) == 2 && command[0] == "sync":
		return p.sync(libfossil.NewHTTPTransport(command[1]))
	case len(command) == 1 && command[0] == "serve":
		return p.serve()
	case len(command) == 1 && command[0] == "cost":
		return nil
	}
	return fmt.Errorf("there is no command %q", command)
}

func (p *pair) answer() error {
	a := answer{URL: p.url}
	for r, rows := range map[*libfossil.Repo]*int{p.client: &a.Client, p.server: &a.Server} {
		if err := r.DB().QueryRow("SELECT count(*) FROM x_" + table).Scan(rows); err != nil {
			return err
		}
	}
	a.CPUMs = cpuMs()
	return json.NewEncoder(os.Stdout).Encode(a)
}

// put writes rows; those of one version are of one second.
func (p *pair) put(args []string) error {
	var count, step, version int
	for at, into := range []*int{&count, &step, &version} {
		var err error
		if *into, err = strconv.Atoi(args[at]); err != nil {
			return err
		}
	}
	for at := range count {
		n := at * step
		row := map[string]any{
			"id":     fmt.Sprintf("thing-%d", n),
			"title":  fmt.Sprintf("thing %d of version %d, and a few words about it", n, version),
			"count":  int64(n),
			"weight": float64(n) / 7,
		}
		if err := repo.UpsertXRow(p.client.DB(), table, row, definedAt+int64(version)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) sync(t libfossil.Transport) error {
	result, err := p.client.Sync(context.Background(), t,
		libfossil.SyncOpts{Push: true, Pull: true, XTableSync: true})
	if err != nil {
		return err
	}
	if len(result.Errors) > 0 {
		return errors.New(strings.Join(result.Errors, "; "))
	}
	return nil
}

// inProcess answers by a repository of this process; messages are encoded and read again.
type inProcess struct{ server *libfossil.Repo }

func (t inProcess) RoundTrip(ctx context.Context, payload []byte) ([]byte, error) {
	return t.server.HandleSync(ctx, payload)
}

func (p *pair) serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.url = fmt.Sprintf("http://%s/", listener.Addr())
	go http.Serve(listener, p.server.XferHandler())
	return nil
}

// cpuMs returns the processor time of this process so far, the garbage collector's included.
func cpuMs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}
