"""Through what must one pass to come from a root to a node of a directed graph.

The iterative algorithm of Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm"
(2001). Tarjan's bridges answer the same for graphs without one-way roads only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Dominators:
    """``order``: nodes reached from the root, root first. A node dominates another when every
    way from the root to the second leads over the first.
    """

    order: list[int]
    enter: np.ndarray  # of each node, its turn in the tree of dominators; -1: not reached
    leave: np.ndarray  # the last turn within its branch

    def within(self, heads: np.ndarray, nodes: np.ndarray) -> np.ndarray:
        """Return the mask of the nodes that are reached only over their head (pair by pair)."""
        turns = self.enter[nodes]
        return np.asarray((turns >= self.enter[heads]) & (turns <= self.leave[heads]))


def dominators(matrix: csr_array, root: int) -> Dominators:
    """Return the dominators of the nodes that a root reaches."""
    order = _reverse_postorder(matrix.indptr.tolist(), matrix.indices.tolist(), root)
    turn = {node: i for i, node in enumerate(order)}
    backwards = matrix.T.tocsr()
    ins, indptr = backwards.indices.tolist(), backwards.indptr.tolist()
    before = [
        [turn[p] for p in ins[indptr[node] : indptr[node + 1]] if p in turn] for node in order
    ]
    return _numbered(order, _immediate(before), matrix.shape[0])


def _reverse_postorder(indptr: list[int], indices: list[int], root: int) -> list[int]:
    found, after = {root}, []
    stack = [(root, indptr[root])]
    while stack:
        node, at = stack.pop()
        while at < indptr[node + 1] and indices[at] in found:
            at += 1
        if at == indptr[node + 1]:
            after.append(node)
            continue
        stack += [(node, at + 1), (indices[at], indptr[indices[at]])]
        found.add(indices[at])
    return after[::-1]


def _immediate(before: list[list[int]]) -> list[int]:
    """Return the immediate dominator of each turn; the root's is itself."""
    above = [0] + [-1] * (len(before) - 1)
    changed = True
    while changed:
        changed = False
        for turn in range(1, len(before)):
            ready = [p for p in before[turn] if above[p] >= 0]
            new = ready[0]
            for other in ready[1:]:
                new = _meet(above, new, other)
            changed |= above[turn] != new
            above[turn] = new
    return above


def _meet(above: list[int], one: int, other: int) -> int:
    while one != other:
        if one > other:
            one = above[one]
        else:
            other = above[other]
    return one


def _numbered(order: list[int], above: list[int], size: int) -> Dominators:
    """Number the tree so that a branch is a run of turns."""
    weight = [1] * len(order)
    for turn in range(len(order) - 1, 0, -1):
        weight[above[turn]] += weight[turn]
    enter, free = [0] * len(order), [1] * len(order)
    for turn in range(1, len(order)):
        parent = above[turn]
        enter[turn] = enter[parent] + free[parent]
        free[parent] += weight[turn]
    nodes = np.array(order)
    first, last = np.full(size, -1), np.full(size, -1)
    first[nodes] = enter
    last[nodes] = np.array(enter) + np.array(weight) - 1
    return Dominators(order, first, last)
