## The workloads in Nim, with ORC: nim_orc WORKLOAD [--quick]. Translations of benches/comparison/src/workloads.

import std/[monotimes, os, times]

type
  Branch {.acyclic.} = ref object
    left, right: Branch
  Linked = ref object
    parent, left, right: Linked
  Half = ref object
    other: Half
  Ring = ref object
    next, previous: Ring
  Node = ref object
    links: array[3, Node]

let quick = paramCount() > 1 and paramStr(2) == "--quick"
var elapsed, operations, checksum: int64

proc count(full: int): int = (if quick: (full + 99) div 100 else: full)
proc depth(full: int): int = (if quick: full - 6 else: full)

template time(ops: int, body: untyped) =
  operations += ops
  let start = getMonoTime()
  body
  elapsed += (getMonoTime() - start).inNanoseconds

var state = 42'u64

proc below(bound: int): int {.inline.} =
  state = state * 6364136223846793005'u64 + 1442695040888963407'u64
  int(((state shr 33) * uint64(bound)) shr 31)

proc branch(depth: int): Branch =
  if depth == 0: Branch() else: Branch(left: branch(depth - 1), right: branch(depth - 1))

proc count(tree: Branch): int64 =
  result = 1
  if tree.left != nil: result += count(tree.left) + count(tree.right)

proc linked(depth: int): Linked =
  result = Linked()
  if depth > 0:
    result.left = linked(depth - 1)
    result.left.parent = result
    result.right = linked(depth - 1)
    result.right.parent = result

proc count(tree: Linked): int64 =
  result = 1
  if tree.left != nil: result += count(tree.left) + count(tree.right)

template play(maxDepth: int, make: untyped) =
  proc nodes(depth: int): int = (1 shl (depth + 1)) - 1
  proc trees(depth: int): int = 1 shl (maxDepth - depth + 4)
  var made = nodes(maxDepth + 1) + nodes(maxDepth)
  for depth in countup(4, maxDepth, 2): made += trees(depth) * nodes(depth)
  time made:
    checksum += count(make(maxDepth + 1))
    let longLived = make(maxDepth)
    for depth in countup(4, maxDepth, 2):
      for _ in 1 .. trees(depth): checksum += count(make(depth))
    checksum += count(longLived)

proc binaryTrees() = play(depth(18), branch)
proc parentTrees() = play(depth(16), linked)

proc pair() =
  let one = Half()
  let two = Half(other: one)
  one.other = two

proc pairs() =
  let number = count(5_000_000)
  time 2 * number:
    for _ in 1 .. number: pair()
  checksum = number

proc ring(nodes: int) =
  let first = Ring()
  var last = first
  for _ in 1 ..< nodes:
    let node = Ring(previous: last)
    last.next = node
    last = node
  first.previous = last
  last.next = first

proc dll() =
  let nodes = count(1_000_000)
  for _ in 1 .. 5:
    time nodes:
      ring(nodes)
      GC_fullCollect()
  checksum = nodes

proc shortLivedPair(live: seq[Node]) =
  let one = Node()
  let two = Node()
  one.links[0] = two
  two.links[0] = one
  for node in [one, two]:
    let target = below(live.len)
    node.links[1] = live[target]
    checksum += target

proc steady() =
  var live = newSeq[Node](count(500_000))
  for node in live.mitems: node = Node()
  for node in live:
    for link in node.links.mitems: link = live[below(live.len)]
  GC_fullCollect()
  let number = count(2_500_000)
  time 2 * number:
    for _ in 1 .. number: shortLivedPair(live)

case paramStr(1)
of "binary_trees": binaryTrees()
of "parent_trees": parentTrees()
of "pairs": pairs()
of "dll": dll()
of "steady": steady()
else: quit "no such workload"

echo "nanoseconds ", elapsed.float / operations.float
echo "checksum ", checksum
