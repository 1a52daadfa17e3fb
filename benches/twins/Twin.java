/** The workloads in Java: java Twin WORKLOAD [--quick]. Translations of benches/comparison/src/workloads. */
final class Twin {
    static final class Branch {
        final Branch left, right;

        Branch(Branch left, Branch right) {
            this.left = left;
            this.right = right;
        }
    }

    static final class Node {
        Node first, second, third;
    }

    static final class Half {
        Half other;
    }

    static final class Ring {
        Ring next, previous;
    }

    interface Maker<T> {
        T make(int depth);
    }

    interface Counter<T> {
        long count(T tree);
    }

    static boolean quick;
    static long elapsed, operations, checksum, state = 42;

    static int count(int full) {
        return quick ? (full + 99) / 100 : full;
    }

    static int depth(int full) {
        return quick ? full - 6 : full;
    }

    static void time(long ops, Runnable timed) {
        operations += ops;
        long start = System.nanoTime();
        timed.run();
        elapsed += System.nanoTime() - start;
    }

    static int below(int bound) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        return (int) ((state >>> 33) * bound >>> 31);
    }

    static Branch branch(int depth) {
        return depth == 0 ? new Branch(null, null) : new Branch(branch(depth - 1), branch(depth - 1));
    }

    static long count(Branch tree) {
        return tree.left == null ? 1 : 1 + count(tree.left) + count(tree.right);
    }

    static Node linked(int depth) {
        Node root = new Node();
        if (depth > 0) {
            root.second = linked(depth - 1);
            root.second.first = root;
            root.third = linked(depth - 1);
            root.third.first = root;
        }
        return root;
    }

    static long count(Node tree) {
        return tree.second == null ? 1 : 1 + count(tree.second) + count(tree.third);
    }

    static long nodes(int depth) {
        return (1L << (depth + 1)) - 1;
    }

    static <T> void play(int maxDepth, Maker<T> maker, Counter<T> counter) {
        long made = nodes(maxDepth + 1) + nodes(maxDepth);
        for (int depth = 4; depth <= maxDepth; depth += 2) made += (1L << (maxDepth - depth + 4)) * nodes(depth);
        time(made, () -> {
            checksum += counter.count(maker.make(maxDepth + 1));
            T longLived = maker.make(maxDepth);
            for (int depth = 4; depth <= maxDepth; depth += 2) {
                for (long i = 1L << (maxDepth - depth + 4); i > 0; i--) checksum += counter.count(maker.make(depth));
            }
            checksum += counter.count(longLived);
        });
    }

    static void pairs() {
        int number = count(5_000_000);
        time(2L * number, () -> {
            for (int i = 0; i < number; i++) {
                Half one = new Half(), two = new Half();
                one.other = two;
                two.other = one;
                kept = one;
            }
        });
        checksum = number;
    }

    /** So that objects are really made. */
    static volatile Object kept;

    static Ring ring(int nodes) {
        Ring first = new Ring(), last = first;
        for (int i = 1; i < nodes; i++) {
            Ring node = new Ring();
            node.previous = last;
            last.next = node;
            last = node;
        }
        first.previous = last;
        last.next = first;
        return first;
    }

    static void dll() {
        int nodes = count(1_000_000);
        for (int i = 0; i < 5; i++) {
            time(nodes, () -> {
                kept = ring(nodes);
                kept = null;
                System.gc();
            });
        }
        checksum = nodes;
    }

    static void steady() {
        Node[] live = new Node[count(500_000)];
        for (int i = 0; i < live.length; i++) live[i] = new Node();
        for (Node node : live) {
            node.first = live[below(live.length)];
            node.second = live[below(live.length)];
            node.third = live[below(live.length)];
        }
        System.gc();
        int number = count(2_500_000);
        time(2L * number, () -> {
            for (int i = 0; i < number; i++) {
                Node one = new Node(), two = new Node();
                one.first = two;
                two.first = one;
                int target = below(live.length);
                one.second = live[target];
                checksum += target;
                target = below(live.length);
                two.second = live[target];
                checksum += target;
                kept = one;
            }
        });
        kept = live;
    }

    public static void main(String[] args) {
        quick = args.length > 1 && args[1].equals("--quick");
        switch (args[0]) {
            case "binary_trees" -> play(depth(18), Twin::branch, Twin::count);
            case "parent_trees" -> play(depth(16), Twin::linked, Twin::count);
            case "pairs" -> pairs();
            case "dll" -> dll();
            case "steady" -> steady();
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.println("nanoseconds " + (double) elapsed / operations);
        System.out.println("checksum " + checksum);
    }
}
