// Chrome DevTools: the worker behind the Memory tab.

import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT, assertEdges, assertObjects, assertPaths, expected, file, label } from './sample.mjs';

// What Node 20 is yet to have.
Promise.withResolvers ??= function () {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
};

/** The worker's modules. The package has sources, without the list of languages, which a build makes. */
async function worker() {
  const locales = ['LOCALES', 'BUNDLED_LOCALES'].map((name) => `export const ${name} = ['en-US'];`);
  const others = ['DEFAULT_LOCALE', 'LOCAL_FETCH_PATTERN', 'REMOTE_FETCH_PATTERN'];
  const contents = [...locales, ...others.map((name) => `export const ${name} = 'en-US';`)].join('\n');
  const plugin = {
    name: 'locales',
    setup(build) {
      build.onResolve({ filter: /\/locales\.js$/ }, ({ path }) => ({ path, namespace: 'locales' }));
      build.onLoad({ filter: /.*/, namespace: 'locales' }, () => ({ contents }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: ['node_modules/chrome-devtools-frontend/front_end/entrypoints/heap_snapshot_worker/heap_snapshot_worker.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins: [plugin],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

async function load(name) {
  const { HeapSnapshot, HeapSnapshotLoader } = await worker();
  const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} });
  loader.write(readFileSync(file(name), 'utf8'));
  loader.close();
  const { port1, port2 } = new MessageChannel();
  new HeapSnapshot.SecondaryInitManager(port1);
  const snapshot = await loader.buildSnapshot(port2);
  port1.close();
  return snapshot;
}

test('DevTools shows what the snapshot has', async () => {
  const snapshot = await load('sample.heapsnapshot');
  const nodes = new Map();
  for (let iterator = snapshot.allNodes(); iterator.hasNext(); iterator.next()) {
    const node = snapshot.createNode(iterator.item().nodeIndex);
    nodes.set(node.id(), node);
  }
  assert.equal(snapshot.nodeCount, expected.objects.length + 1);

  assertObjects([...nodes.values()].map((node) => {
    return { id: node.id(), name: node.name(), size: node.selfSize(), retained: node.retainedSize() };
  }));
  for (const { id, dominator } of expected.objects) {
    assert.equal(snapshot.createNode(nodes.get(id).dominatorIndex()).id(), dominator);
  }
  assertEdges(snapshot.containmentEdges.length / snapshot.edgeFieldsCount, (id) => {
    const edges = [];
    for (let iterator = nodes.get(id).edges(); iterator.hasNext(); iterator.next()) {
      const edge = iterator.item();
      edges.push([label(edge.type(), edge.name()), edge.node().id()]);
    }
    return edges;
  });
  assertPaths((id) => {
    let best;
    for (let iterator = nodes.get(id).retainers(); iterator.hasNext(); iterator.next()) {
      const retainer = iterator.item();
      const source = retainer.node();
      // The root counts as far away: its own distance is no distance.
      const distance = source.id() === ROOT ? 0 : source.distance();
      if (!best || distance < best.distance) {
        best = { distance, step: [label(retainer.type(), retainer.name()), source.id()] };
      }
    }
    assert.equal(nodes.get(id).distance(), best.distance + 1);
    return best.step;
  });
  assert.equal(snapshot.totalSize, expected.objects.reduce((sum, { size }) => sum + size, 0));
});
