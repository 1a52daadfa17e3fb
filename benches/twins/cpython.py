"""The workloads in Python: python3 cpython.py WORKLOAD [--quick]. Translations of benches/comparison/src/workloads."""

import gc
import sys
import time

QUICK = "--quick" in sys.argv[2:]


class Node:
    __slots__ = ("first", "second", "third")

    def __init__(self):
        self.first = self.second = self.third = None


def count(full):
    return -(-full // 100) if QUICK else full


def random_numbers(bound):
    state = 42
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        yield (state >> 33) * bound >> 31


def pairs():
    number = count(5_000_000)
    start = time.perf_counter_ns()
    for _ in range(number):
        one, two = Node(), Node()
        one.first = two
        two.first = one
    return time.perf_counter_ns() - start, 2 * number, number


def ring(nodes):
    first = last = Node()
    for _ in range(1, nodes):
        node = Node()
        node.second = last
        last.first = node
        last = node
    first.second = last
    last.first = first
    return first


def dll_collect():
    nodes, elapsed = count(1_000_000), 0
    for _ in range(5):
        first = ring(nodes)
        start = time.perf_counter_ns()
        del first
        gc.collect()
        elapsed += time.perf_counter_ns() - start
    return elapsed, 5 * nodes, nodes


def graph(nodes, random):
    graph = [Node() for _ in range(nodes)]
    for node in graph:
        node.first = graph[next(random)]
        node.second = graph[next(random)]
        node.third = graph[next(random)]
    return graph


def live_full():
    nodes, elapsed = count(1_000_000), 0
    live = graph(nodes, random_numbers(nodes))
    gc.collect()
    for _ in range(5):
        start = time.perf_counter_ns()
        gc.collect()
        elapsed += time.perf_counter_ns() - start
    linked = sum((n.first is not None) + (n.second is not None) + (n.third is not None) for n in live)
    return elapsed, 5 * nodes, linked


def graph_garbage():
    nodes, elapsed = count(1_000_000), 0
    random = random_numbers(nodes)
    for _ in range(3):
        garbage = graph(nodes, random)
        start = time.perf_counter_ns()
        del garbage
        gc.collect()
        elapsed += time.perf_counter_ns() - start
    return elapsed, 3 * nodes, next(random)


elapsed, operations, checksum = globals()[sys.argv[1]]()
print("nanoseconds", elapsed / operations)
print("checksum", checksum)
