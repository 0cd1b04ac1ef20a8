"""The program of the auditor's pack against mailwatch: the same figures from ten thousand invented histories.

Prints what was compared and how long it took; ends with 1 when one history gives other figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.histories import history
from tests.recalculation import laid, program, told


def main() -> int:
    """Compare, print, and say whether every history agrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000, help="histoires inventées")
    count = parser.parse_args().histories
    recompute = program().main
    requests = differing = 0
    begun = time.perf_counter()
    with TemporaryDirectory() as name:
        for seed in range(count):
            audit = history(Random(seed))
            code, said = told(recompute, laid(Path(name), audit))
            requests += len(audit.requests)
            if code:
                differing += 1
                print(f"histoire {seed} : {said[said.rfind('Chiffres refaits') :]}")
    seconds = time.perf_counter() - begun
    print(f"histoires aux mêmes chiffres   {count - differing} sur {count}")
    print(f"demandes qu’elles contiennent  {requests}")
    print(f"durée                          {seconds:.0f} s")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
