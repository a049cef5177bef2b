"""Eight writers in one process: record acts without pause, and print each id once it is acknowledged.

Run by test_kill.py with DATABASE_URL, XIEZHI_HOME and the name of a file that ends it. An act that got no answer is asked again under
the same id, as a browser or a phone would.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import uuid
from datetime import date, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.site.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from xiezhi.apps.record import service  # noqa: E402
from xiezhi.apps.registry import service as registry  # noqa: E402
from xiezhi.site import clock  # noqa: E402

WRITERS = 8
END = Path(sys.argv[1])
SAY = threading.Lock()


def set_up() -> None:
    district = registry.set_district("000000", "云溪区", phone="0000-12345", host="云溪区司法局")
    agency = registry.save_agency(
        "yx-cg", district=district, name="云溪区城市管理局", word="云城管", pack="cn", confirmed_on=date(2023, 1, 1)
    )
    for number in (1, 2):
        registry.save_person(
            f"yx-o{number}",
            name=("周敏", "吴江")[number - 1],
            agency=agency,
            roles=["officer"],
            certificate_no=f"0000000010{number}",
            certificate_status="valid",
            certificate_from=date(2022, 1, 1),
            certificate_to=date(2035, 12, 31),
        )


def acknowledged(line: dict) -> None:
    id_ = uuid.uuid4()
    while True:
        try:
            answer = service.perform(line, id_, clock.now())
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)
            continue
        if not isinstance(answer, service.Receipt):
            raise TypeError(f"refused: {answer.message_zh}")
        with SAY:
            print(id_, answer.case, answer.case_seq, flush=True)
        return


def write(number: int) -> None:
    case = 0
    while not END.exists():
        case += 1
        name = f"W{number}-{case}"
        begun = clock.now() - timedelta(days=2)
        for place in range(6):
            line = {
                "case": name,
                "act": "lead_registered" if place == 0 else "site_inspected",
                "at": (begun + timedelta(hours=place)).isoformat(),
                "agency": "yx-cg",
                "by": ["yx-o1", "yx-o2"],
            }
            if place == 0:
                line |= {"procedure": "penalty", "documents": ["lead_record"]}
            acknowledged(line)
    connection.close()


def run() -> None:
    set_up()
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            write(number)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=guarded, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(bool(failures))


run()
