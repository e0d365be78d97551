// Command go-peer runs the standard scenario of bench/standard-scenario.ts on the simulator of the
// Go library and prints its work and its cost as one line of JSON, as bench/standard-process.ts
// does.
//
// Usage: go-peer WARMUP FIRST LAST
//
// Seeds FIRST to LAST are measured; WARMUP seeds run before them. This simulator keeps its
// repositories in files, in the folder for temporary files. tools/go-command.ts builds the
// command as a package of the library's own tree, since what a simulation needs is internal to it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	_ "github.com/danmestas/go-libfossil/db/driver/modernc"
	"github.com/danmestas/go-libfossil/dst"
	"github.com/danmestas/go-libfossil/internal/repo"
	"github.com/danmestas/go-libfossil/simio"
)

const (
	blobs       = 50
	leaves      = 3
	faultySyncs = 300
	calmSyncs   = 30
	pollEvery   = 5 * time.Second
	dropRate    = 0.1
)

// hashPolicySHA1 names artifacts by SHA-1, as our simulator does.
const hashPolicySHA1 = 0

// work is the sum over all seeds.
type work struct {
	Syncs       int `json:"syncs"`
	FailedSyncs int `json:"failedSyncs"`
	// Artifacts that all repositories hold at the end.
	Artifacts int `json:"artifacts"`
}

type report struct {
	Seeds int     `json:"seeds"`
	CPUMs float64 `json:"cpuMs"`
	work
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	warmup, first, last, err := parseArgs(args)
	if err != nil {
		return err
	}
	if _, err := runSeeds(first-warmup, first-1); err != nil {
		return err
	}
	before := cpuMs()
	done, err := runSeeds(first, last)
	if err != nil {
		return err
	}
	counted := report{Seeds: int(last - first + 1), CPUMs: cpuMs() - before, work: done}
	return json.NewEncoder(os.Stdout).Encode(counted)
}

func parseArgs(args []string) (warmup, first, last int64, err error) {
	if len(args) != 3 {
		return 0, 0, 0, errors.New("usage: go-peer WARMUP FIRST LAST")
	}
	for at, into := range []*int64{&warmup, &first, &last} {
		if *into, err = strconv.ParseInt(args[at], 10, 64); err != nil {
			return 0, 0, 0, err
		}
	}
	return warmup, first, last, nil
}

func runSeeds(first, last int64) (work, error) {
	var done work
	for seed := first; seed <= last; seed++ {
		if err := runStandard(seed, &done); err != nil {
			return work{}, fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return done, nil
}

// runStandard runs one seed from an empty folder to the checks at its end, and adds its work.
func runStandard(seed int64, done *work) error {
	folder, err := os.MkdirTemp("", "go-peer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	master, err := repo.Create(
		filepath.Join(folder, "master.fossil"), "master", simio.NewSeededRand(seed), "")
	if err != nil {
		return err
	}
	defer master.Close()
	upstream := dst.NewMockFossil(master)
	if err := fill(upstream, seed); err != nil {
		return err
	}
	sim, err := dst.New(dst.SimConfig{
		Seed:         seed,
		NumLeaves:    leaves,
		PollInterval: pollEvery,
		TmpDir:       folder,
		Upstream:     upstream,
	})
	if err != nil {
		return err
	}
	defer sim.Close()
	return play(sim, master, done)
}

// fill stores the blobs that the leaves will pull.
func fill(upstream *dst.MockFossil, seed int64) error {
	if _, err := upstream.Repo().DB().Exec(
		"INSERT OR REPLACE INTO config(name,value,mtime) VALUES('hash-policy',?,0)",
		hashPolicySHA1); err != nil {
		return err
	}
	rng := rand.New(rand.NewSource(seed))
	for range blobs {
		data := make([]byte, 200+rng.Intn(801))
		rng.Read(data)
		if _, err := upstream.StoreArtifact(data); err != nil {
			return err
		}
	}
	return nil
}

// play lets the syncs happen, then checks what must hold at the end.
func play(sim *dst.Simulator, master *repo.Repo, done *work) error {
	sim.Network().SetDropRate(dropRate)
	if err := runSyncs(sim, faultySyncs); err != nil {
		return err
	}
	sim.Network().SetDropRate(0)
	if err := runSyncs(sim, calmSyncs); err != nil {
		return err
	}
	if err := sim.CheckSafety(); err != nil {
		return err
	}
	if err := sim.CheckAllConverged(master); err != nil {
		return err
	}
	done.Syncs += sim.TotalSyncs
	done.FailedSyncs += sim.TotalErrors
	return countArtifacts(sim, master, done)
}

func countArtifacts(sim *dst.Simulator, master *repo.Repo, done *work) error {
	repos := []*repo.Repo{master}
	for _, id := range sim.LeafIDs() {
		repos = append(repos, sim.Leaf(id).Repo())
	}
	for _, r := range repos {
		count, err := dst.CountBlobs(r)
		if err != nil {
			return err
		}
		done.Artifacts += count
	}
	return nil
}

func runSyncs(sim *dst.Simulator, syncs int) error {
	for target := sim.TotalSyncs + syncs; sim.TotalSyncs < target; {
		if _, err := sim.Step(); err != nil {
			return err
		}
	}
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
