"""The stack config `classic-to-vpc:migration`: one object, checked as a whole before anything is touched.

Each section has a module of its own, with its models and with the checks that need more than one key.
"""

from components.config.after import AfterChoice
from components.config.attestations import Attestation
from components.config.backups import BackupChoice, ExcludedDisk
from components.config.classic_link import ClassicLinkChoice, Flow, guest_route_problems
from components.config.databases import DatabaseChoice, HybridAccessChoice
from components.config.errors import CONFIG_KEY, NAMESPACE, SECRET, ConfigError, Problem
from components.config.evidence import EvidenceChoice
from components.config.instances import FtpChoice, MigratingInstanceChoice, Selector
from components.config.migration import MigrationConfig, parse, parse_stack
from components.config.network import (
    CreateNetwork,
    DefaultNetwork,
    ExistingNetwork,
    NetworkChoice,
    NewVSwitch,
    SharedNetwork,
    avoid_problems,
    vswitch_name,
)
from components.config.schedule import SINGLE_WAVE, OffPeak, Wave, Window
from components.config.schema import json_schema
from components.config.security_groups import AcceptedDifferences, SecurityGroupChoice
from components.config.staying import Staying
from components.config.waivers import Waiver

__all__ = [
    "CONFIG_KEY",
    "NAMESPACE",
    "SECRET",
    "SINGLE_WAVE",
    "AcceptedDifferences",
    "AfterChoice",
    "Attestation",
    "BackupChoice",
    "ClassicLinkChoice",
    "ConfigError",
    "CreateNetwork",
    "DatabaseChoice",
    "DefaultNetwork",
    "EvidenceChoice",
    "ExcludedDisk",
    "ExistingNetwork",
    "Flow",
    "FtpChoice",
    "HybridAccessChoice",
    "MigratingInstanceChoice",
    "MigrationConfig",
    "NetworkChoice",
    "NewVSwitch",
    "OffPeak",
    "Problem",
    "SecurityGroupChoice",
    "Selector",
    "SharedNetwork",
    "Staying",
    "Waiver",
    "Wave",
    "Window",
    "avoid_problems",
    "guest_route_problems",
    "json_schema",
    "parse",
    "parse_stack",
    "vswitch_name",
]
