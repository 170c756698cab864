// What this machine can do with the bytes of two files: the ceilings that comparing is held against.
//
//   cc -O3 -march=native -pthread bandwidth.c -o bandwidth
//   bandwidth MODE THREADS DEV PROD [RUNS]
//
//   mapped     sums both files through mappings that are faulted in before the clock starts
//   preadcmp   reads both files in blocks of 256 KiB and holds the blocks against each other with memcmp
//
// Prints `MODE: <median> GB/s`, of 10^9 bytes, both files counted.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, MAX_THREADS = 64, MAX_RUNS = 64 };

typedef struct {
  int compares;
  int dev_file, prod_file;
  const uint8_t *dev, *prod;  // the mappings, where there are any
  size_t start, end;
  uint64_t result;  // keeps the compiler from leaving the work out
} Job;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static uint64_t sum(const uint8_t *bytes, size_t count) {
  const uint64_t *words = (const uint64_t *)bytes;
  uint64_t lanes[4] = {0};
  for (size_t i = 0; i + 4 <= count / 8; i += 4)
    for (int lane = 0; lane < 4; lane++) lanes[lane] += words[i + lane];
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

static void *work(void *argument) {
  Job *job = argument;
  uint8_t *dev = NULL, *prod = NULL;
  if (job->compares) {
    dev = aligned_alloc(4096, BLOCK);
    prod = aligned_alloc(4096, BLOCK);
  }
  for (size_t at = job->start; at < job->end; at += BLOCK) {
    size_t count = job->end - at < BLOCK ? job->end - at : BLOCK;
    if (job->compares) {
      if (pread(job->dev_file, dev, count, at) < 0 || pread(job->prod_file, prod, count, at) < 0) abort();
      job->result += memcmp(dev, prod, count) != 0;
    } else {
      job->result += sum(job->dev + at, count) + sum(job->prod + at, count);
    }
  }
  free(dev);
  free(prod);
  return NULL;
}

static int ascending(const void *first, const void *second) {
  double a = *(const double *)first, b = *(const double *)second;
  return (a > b) - (a < b);
}

int main(int count, char **arguments) {
  if (count < 5) {
    fprintf(stderr, "usage: bandwidth mapped|preadcmp THREADS DEV PROD [RUNS]\n");
    return 2;
  }
  int compares = strcmp(arguments[1], "preadcmp") == 0;
  int threads = atoi(arguments[2]);
  int runs = count > 5 ? atoi(arguments[5]) : 5;
  if (threads < 1 || threads > MAX_THREADS || runs < 1 || runs > MAX_RUNS) return 2;
  int dev_file = open(arguments[3], O_RDONLY), prod_file = open(arguments[4], O_RDONLY);
  struct stat dev_status, prod_status;
  if (fstat(dev_file, &dev_status) || fstat(prod_file, &prod_status)) return 2;
  size_t size = dev_status.st_size < prod_status.st_size ? dev_status.st_size : prod_status.st_size;
  size &= ~(size_t)4095;
  const uint8_t *dev = NULL, *prod = NULL;
  if (!compares) {
    dev = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, dev_file, 0);
    prod = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, prod_file, 0);
  }
  double rates[MAX_RUNS];
  uint64_t sink = 0;
  for (int run = 0; run < runs; run++) {
    pthread_t ids[MAX_THREADS];
    Job jobs[MAX_THREADS];
    size_t share = size / threads & ~(size_t)(BLOCK - 1);
    double start = now();
    for (int i = 0; i < threads; i++) {
      jobs[i] = (Job){compares, dev_file, prod_file, dev, prod, i * share, i == threads - 1 ? size : (i + 1) * share, 0};
      pthread_create(&ids[i], NULL, work, &jobs[i]);
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      sink += jobs[i].result;
    }
    rates[run] = 2.0 * size / (now() - start) / 1e9;
  }
  qsort(rates, runs, sizeof *rates, ascending);
  printf("%s: %.3f GB/s (%llx)\n", arguments[1], rates[runs / 2], (unsigned long long)sink);
  return 0;
}
