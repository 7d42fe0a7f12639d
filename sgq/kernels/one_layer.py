"""Products of cosines over the neighbours of spins and of pairs: averages in the state of one layer of QAOA.

Spin k is a neighbour of i at places ``starts[i]:starts[i + 1]`` of `neighbours`, ascending, by the pair of the same
place of `edges`; `cosine` and `sine` are of the angle a_ik of each pair.
"""

from numba import njit


@njit(cache=True, nogil=True)
def spin_products(starts, edges, cosine, result):  # type: ignore[no-untyped-def]
    """Π_k cos a_ik of every spin i."""
    for i in range(result.size):
        product = 1.0
        for place in range(starts[i], starts[i + 1]):
            product *= cosine[edges[place]]
        result[i] = product


@njit(cache=True, nogil=True)
def pair_products(pairs, starts, neighbours, edges, cosine, sine, result, first, last):  # type: ignore[no-untyped-def]
    """Four products over k other than i and j, the columns of `result`, for the pairs from `first` to `last`.

    Π cos a_ik, Π cos a_jk, Π cos(a_ik - a_jk) and Π cos(a_ik + a_jk). No division, as factors may vanish.
    """
    end = starts.size  # above every spin
    for pair in range(first, last):
        i, j = pairs[pair, 0], pairs[pair, 1]
        a, b = starts[i], starts[j]
        of_i = of_j = less = more = 1.0
        while a < starts[i + 1] or b < starts[j + 1]:
            k = neighbours[a] if a < starts[i + 1] else end
            m = neighbours[b] if b < starts[j + 1] else end
            if k == m:
                cosines, sines = cosine[edges[a]] * cosine[edges[b]], sine[edges[a]] * sine[edges[b]]
                of_i *= cosine[edges[a]]
                of_j *= cosine[edges[b]]
                less *= cosines + sines
                more *= cosines - sines
                a += 1
                b += 1
            elif k < m:
                if k != j:
                    factor = cosine[edges[a]]
                    of_i, less, more = of_i * factor, less * factor, more * factor
                a += 1
            else:
                if m != i:
                    factor = cosine[edges[b]]
                    of_j, less, more = of_j * factor, less * factor, more * factor
                b += 1
        result[pair, 0], result[pair, 1], result[pair, 2], result[pair, 3] = of_i, of_j, less, more
