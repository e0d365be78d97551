// Command go-tables keeps repositories with synced tables by means of the Go library, and syncs
// them as a client and as a server.
//
// Usage:
//
//	go-tables new FILE PROJECTCODE
//	go-tables commit FILE NAME TEXT
//	go-tables uv FILE NAME TEXT MTIME
//	go-tables schema FILE TABLE JSON MTIME
//	go-tables put FILE TABLE JSON MTIME
//	go-tables rm FILE TABLE JSON MTIME
//	go-tables ls FILE TABLE
//	go-tables user FILE LOGIN PASSWORD CAPABILITIES
//	go-tables serve FILE ADDR
//	go-tables sync FILE URL LOGIN PASSWORD
//
// JSON is a definition of a table, a row, or the key of one; `ls` prints a line of JSON for each
// row. An empty LOGIN logs nobody in; `user` gives somebody who is there the capabilities alone. Times are seconds since 1970. ADDR is HOST:PORT of the loopback device; with port 0 the
// system chooses one, and the address is printed. tools/go-command.ts builds the command as a
// package of the library's own tree, since tables are written by what is internal to it.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	libfossil "github.com/danmestas/go-libfossil"
	_ "github.com/danmestas/go-libfossil/db/driver/modernc"
	"github.com/danmestas/go-libfossil/internal/repo"
)

// command does its work in an open repository.
type command struct {
	// args counts what follows the name of the file.
	args int
	run  func(r *libfossil.Repo, args []string) error
}

var commands = map[string]command{
	"commit": {2, commit},
	"uv":     {3, writeUnversioned},
	"schema": {3, defineTable},
	"put":    {3, putRow},
	"rm":     {3, removeRow},
	"ls":     {1, listRows},
	"user":   {3, setUser},
	"serve":  {1, serve},
	"sync":   {3, syncWith},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) == 3 && args[0] == "new" {
		return create(args[1], args[2])
	}
	if len(args) < 2 {
		return errors.New("usage: go-tables COMMAND FILE ARGUMENT…")
	}
	found, known := commands[args[0]]
	if !known || len(args) != 2+found.args {
		return fmt.Errorf("there is no command %q with %d arguments", args[0], len(args)-1)
	}
	r, err := libfossil.Open(args[1])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := repo.EnsureSyncSchema(r.DB()); err != nil {
		return err
	}
	return found.run(r, args[2:])
}

func create(path, projectCode string) error {
	r, err := libfossil.Create(path, libfossil.CreateOpts{User: "go", ProjectCode: projectCode})
	if err != nil {
		return err
	}
	return r.Close()
}

// commit makes a check-in of one file, the first of its line.
func commit(r *libfossil.Repo, args []string) error {
	_, name, err := r.Commit(libfossil.CommitOpts{
		Files:   []libfossil.FileToCommit{{Name: args[0], Content: []byte(args[1])}},
		Comment: "by the Go library",
		User:    "go",
		Time:    time.Unix(1_700_000_000, 0).UTC(),
	})
	if err != nil {
		return err
	}
	fmt.Println(name)
	return nil
}

func writeUnversioned(r *libfossil.Repo, args []string) error {
	seconds, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	return r.UVWrite(args[0], []byte(args[1]), time.Unix(seconds, 0))
}

func defineTable(r *libfossil.Repo, args []string) error {
	var def repo.TableDef
	if err := json.Unmarshal([]byte(args[1]), &def); err != nil {
		return err
	}
	mtime, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	return repo.RegisterSyncedTable(r.DB(), args[0], def, mtime)
}

func putRow(r *libfossil.Repo, args []string) error {
	_, row, mtime, err := parseRow(r, args)
	if err != nil {
		return err
	}
	return repo.UpsertXRow(r.DB(), args[0], row, mtime)
}

func removeRow(r *libfossil.Repo, args []string) error {
	def, row, mtime, err := parseRow(r, args)
	if err != nil {
		return err
	}
	var key []repo.ColumnDef
	for _, column := range def.Columns {
		if column.PK {
			key = append(key, column)
		}
	}
	done, err := repo.DeleteXRowByPKHash(r.DB(), args[0], def, repo.PKHash(key, row), mtime)
	if err == nil && !done {
		err = errors.New("there is no such row, or a later one")
	}
	return err
}

// row is a line of `ls`.
type row struct {
	Values map[string]any `json:"values"`
	MTime  int64          `json:"mtime"`
	// Deleted is true for a row that is NULL but for its key: the library knows no other sign.
	Deleted bool `json:"deleted"`
}

func listRows(r *libfossil.Repo, args []string) error {
	def, err := definition(r, args[0])
	if err != nil {
		return err
	}
	rows, mtimes, err := repo.ListXRows(r.DB(), args[0], def)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for at, values := range rows {
		line := row{Values: values, MTime: mtimes[at], Deleted: repo.IsTombstone(def, values)}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// parseRow reads TABLE, JSON and MTIME; values get the types that the library's own rows have.
func parseRow(r *libfossil.Repo, args []string) (
	def repo.TableDef, values map[string]any, mtime int64, err error,
) {
	if def, err = definition(r, args[0]); err != nil {
		return
	}
	numbers := json.NewDecoder(bytes.NewReader([]byte(args[1])))
	numbers.UseNumber()
	if err = numbers.Decode(&values); err != nil {
		return
	}
	for _, column := range def.Columns {
		if values[column.Name] == nil {
			continue
		}
		if values[column.Name], err = typed(column.Type, values[column.Name]); err != nil {
			return
		}
	}
	mtime, err = strconv.ParseInt(args[2], 10, 64)
	return
}

func typed(columnType string, value any) (any, error) {
	switch value := value.(type) {
	case json.Number:
		if columnType == "integer" {
			return value.Int64()
		}
		return value.Float64()
	case string:
		if columnType == "blob" {
			return base64.StdEncoding.DecodeString(value)
		}
		return value, nil
	default:
		return nil, fmt.Errorf("%v is no value of a column", value)
	}
}

func definition(r *libfossil.Repo, table string) (repo.TableDef, error) {
	tables, err := repo.ListSyncedTables(r.DB())
	if err != nil {
		return repo.TableDef{}, err
	}
	for _, info := range tables {
		if info.Name == table {
			return info.Def, nil
		}
	}
	return repo.TableDef{}, fmt.Errorf("there is no table %q", table)
}

// serve answers syncs until the process is told to end.
func serve(r *libfossil.Repo, args []string) error {
	host, _, err := net.SplitHostPort(args[0])
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is no address of the loopback device", host)
	}
	listener, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: r.XferHandler()}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Printf("http://%s/\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// setUser makes a user, or changes what one may do.
func setUser(r *libfossil.Repo, args []string) error {
	login, password, capabilities := args[0], args[1], args[2]
	if _, err := r.GetUser(login); err == nil {
		return r.SetCaps(login, capabilities)
	}
	return r.CreateUser(libfossil.UserOpts{Login: login, Password: password, Caps: capabilities})
}

// syncWith syncs everything with a server, both ways, and prints what moved.
func syncWith(r *libfossil.Repo, args []string) error {
	result, err := r.Sync(context.Background(), libfossil.NewHTTPTransport(args[0]),
		libfossil.SyncOpts{
			Push: true, Pull: true, UV: true, XTableSync: true, User: args[1], Password: args[2],
		})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
