// The same work as Ratios does, by Prometheus' client for Go (Debian's golang-github-prometheus-client-golang-dev).
package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

const operations = 2000000

func best(name string, rounds int, count int, body func()) {
	least := math.Inf(1)
	for i := 0; i < rounds; i++ {
		start := time.Now()
		body()
		least = math.Min(least, float64(time.Since(start).Nanoseconds())/float64(count))
	}
	fmt.Printf("go %s %.2f\n", name, least)
}

func main() {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "operations_total", Help: "Operations."})
	buckets := []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "operation_seconds", Help: "Time.", Buckets: buckets})
	values := make([]float64, operations)
	for i := range values {
		values[i] = math.Exp(math.Log(0.0003) + rand.Float64()*(math.Log(12)-math.Log(0.0003)))
	}
	best("counter", 20, operations, func() {
		for i := 0; i < operations; i++ {
			counter.Inc()
		}
	})
	best("histogram", 20, operations, func() {
		for _, value := range values {
			histogram.Observe(value)
		}
	})
	best("two-threads-counter", 20, 2*operations, func() {
		var group sync.WaitGroup
		for thread := 0; thread < 2; thread++ {
			group.Add(1)
			go func() {
				for i := 0; i < operations; i++ {
					counter.Inc()
				}
				group.Done()
			}()
		}
		group.Wait()
	})
	registry := prometheus.NewRegistry()
	vector := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "requests_total", Help: "Requests answered."}, []string{"method", "route", "status"})
	registry.MustRegister(vector)
	methods := []string{"GET", "POST", "PUT", "DELETE"}
	statuses := []string{"200", "404", "500", "503"}
	const series = 100000
	for number := 0; number < series; number++ {
		route := "/api/v1/resource/" + strconv.Itoa(number/16)
		vector.WithLabelValues(methods[number%4], route, statuses[number/4%4]).Add(float64(number*37 + 1))
	}
	best("encoding", 5, series, func() {
		families, err := registry.Gather()
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		for _, family := range families {
			if _, err := expfmt.MetricFamilyToText(&out, family); err != nil {
				panic(err)
			}
		}
	})
}
