// memlab.

import memlab from '@memlab/core';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertEdges, assertObjects, assertPaths, expected, file, label } from './sample.mjs';

test('memlab finds what the snapshot has', async () => {
  memlab.config.muteConsole = true;
  const heap = await memlab.utils.getSnapshotFromFile(file('sample.heapsnapshot'), { buildNodeIdIndex: true });
  memlab.analysis.preparePathFinder(heap);
  assert.equal(heap.nodes.length, expected.objects.length + 1);

  const objects = [];
  heap.nodes.forEach((node) => {
    objects.push({ id: node.id, name: node.name, size: node.self_size, retained: node.retainedSize });
  });
  assertObjects(objects);
  for (const { id, dominator } of expected.objects) {
    assert.equal(heap.getNodeById(id).dominatorNode.id, dominator);
  }
  assertEdges(heap.edges.length, (id) => {
    return heap.getNodeById(id).references.map((edge) => [label(edge.type, edge.name_or_index), edge.toNode.id]);
  });
  assertPaths((id) => {
    const edge = heap.getNodeById(id).pathEdge;
    return [label(edge.type, edge.name_or_index), edge.fromNode.id];
  });
});
