"""Grafana's published schema of dashboards, as the types of grafana-foundation-sdk (Apache-2.0) declare it.

The package is generated from Grafana's own definitions. Its classes decode leniently, so that the check goes by what they declare:
which members an object has and which it must have (what `to_json` writes always), and the type of each.
"""

import ast
import enum
import functools
import inspect
import textwrap
import types
import typing

from grafana_foundation_sdk.cog import plugins, runtime, variants
from grafana_foundation_sdk.models import dashboard, dashboardv2, units

plugins.register_default_plugins()
UNITS = {value for value in vars(units).values() if isinstance(value, str)}


@functools.cache
def members(kind):
    """Each member's attribute and whether it must be there, by its name in JSON."""
    found = {}
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind.to_json)))):
        if isinstance(node, ast.Dict):
            found |= {key.value: (value.attr, True) for key, value in zip(node.keys, node.values)}
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            found[node.targets[0].slice.value] = (node.value.attr, False)
    return found


@functools.cache
def attributes(kind):
    return typing.get_type_hints(kind)


def plugin(name):
    """The options and the field configuration of a panel's type; None for a type that is not published."""
    config = runtime.panelcfg_config(name)
    if config is None:
        return None
    hook = config.options_from_json_hook or config.field_config_from_json_hook
    module = inspect.getmodule(hook)
    return module.Options, getattr(module, "FieldConfig", None)


def faults(value, kind, path):
    """What is wrong with a value that should be of a type."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        options = [list(faults(value, option, path)) for option in typing.get_args(kind) if option is not type(None)]
        if value is None and type(None) in typing.get_args(kind):
            return
        # Of several types, that which fits best.
        yield from min(options, key=len)
    elif origin is list:
        yield from wrong(value, list, path) or inner(enumerate(value), typing.get_args(kind)[0], path)
    elif origin is dict:
        yield from wrong(value, dict, path) or inner(value.items(), typing.get_args(kind)[1], path)
    elif origin is typing.Literal:
        if value not in typing.get_args(kind):
            yield f"{path}: {value!r} is none of {typing.get_args(kind)}"
    elif kind in (object, typing.Any):
        return
    elif kind is variants.Dataquery:
        yield from faults(value, type(runtime.dataquery_from_json(value, "")), path)
    elif issubclass(kind, enum.Enum):
        if value not in [case.value for case in kind]:
            yield f"{path}: {value!r} is none of {[case.value for case in kind]}"
    elif kind in (str, bool, int, float):
        yield from wrong(value, kind, path)
    else:
        yield from wrong(value, dict, path) or object_faults(value, kind, path)


def wrong(value, kind, path):
    """One fault when a value has another type in JSON; whole numbers are numbers too, and true is none."""
    accepted = (int, float) if kind is float else kind
    if isinstance(value, accepted) and (kind is bool or not isinstance(value, bool)):
        return []
    return [f"{path}: {value!r} is no {kind.__name__}"]


def inner(values, kind, path):
    for key, value in values:
        yield from faults(value, kind, f"{path}.{key}")


def object_faults(value, kind, path):
    known = members(kind)
    for name in value.keys() - known.keys():
        yield f"{path}: {kind.__name__} has no {name}"
    for name, (attribute, needed) in known.items():
        if name not in value:
            if needed:
                yield f"{path}: {kind.__name__} must have {name}"
            continue
        hint = attributes(kind)[attribute]
        if not needed and value[name] is None:
            yield f"{path}.{name}: null is no value"
        yield from faults(value[name], hint, f"{path}.{name}")
    yield from plugin_faults(value, kind, path)


def plugin_faults(value, kind, path):
    """What the declarations of dashboards leave open and those of the plugins say."""
    if kind is dashboard.Panel:
        yield from drawing_faults(value.get("type"), value.get("options"), value.get("fieldConfig"), path)
    elif kind is dashboardv2.VizConfigKind:
        spec = value.get("spec", {})
        yield from drawing_faults(value.get("group"), spec.get("options"), spec.get("fieldConfig"), path)
    elif kind is dashboardv2.PanelQuerySpec:
        query = value["query"]
        yield from faults(query["spec"], type(runtime.dataquery_from_json({}, query["group"])), f"{path}.query.spec")
    elif kind in (dashboard.FieldConfig, dashboardv2.FieldConfig) and value.get("unit", "none") not in UNITS:
        yield f"{path}: {value['unit']!r} is no unit"


def drawing_faults(name, options, field_config, path):
    kinds = plugin(name)
    if kinds is None:
        yield f"{path}: {name!r} is no type of panel"
        return
    yield from faults(options, kinds[0], f"{path}.options")
    custom = (field_config or {}).get("defaults", {}).get("custom")
    if custom is not None:
        yield from faults(custom, kinds[1] or type(None), f"{path}.custom")


def document_faults(document):
    if "apiVersion" not in document:
        yield from faults(document, dashboard.Dashboard, "dashboard")
        return
    expected = {"apiVersion": "dashboard.grafana.app/v2", "kind": "Dashboard"}
    if {key: document.get(key) for key in expected} != expected or document.keys() != {*expected, "metadata", "spec"}:
        yield f"resource: {document.keys()} is no resource of {expected}"
    yield from faults(document["spec"], dashboardv2.Dashboard, "spec")
