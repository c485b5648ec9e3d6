# OpenStack Swift with its S3 API, whole and in one process: the real S3 server of the tests. test/kit/s3.ts starts it.
#
# Debian's packages bring the programs (scripts/ready/s3-server.mjs installs them). All four servers of Swift run here, in green
# threads, on ports that the system chose before the rings name them: nothing has to be free, and there is one process to end.
import json
import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from eventlet.hubs import trampoline  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

place, access_key, secret_key = sys.argv[1:4]


def write(name, text):
    with open(os.path.join(place, name), 'w') as file:
        file.write(text)
    return os.path.join(place, name)


def listen():
    return eventlet.listen(('127.0.0.1', 0))


class Silence:
    def write(self, text):
        pass


os.makedirs(os.path.join(place, 'devices', 'd1'))
write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = gold\ndefault = yes\n')
utils.SWIFT_CONF_FILE = os.path.join(place, 'swift.conf')
utils.HASH_PATH_SUFFIX = b'test'
utils.HASH_PATH_PREFIX = b''

sockets = {kind: listen() for kind in ('account', 'container', 'object', 'proxy')}
for kind in ('account', 'container', 'object'):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({
        'region': 1, 'zone': 1, 'weight': 100, 'ip': '127.0.0.1', 'port': sockets[kind].getsockname()[1],
        'replication_ip': '127.0.0.1', 'replication_port': sockets[kind].getsockname()[1], 'device': 'd1', 'meta': '',
    })
    builder.rebalance()
    builder.get_ring().save(os.path.join(place, kind + '.ring.gz'))

common = '''[DEFAULT]
swift_dir = %(place)s
devices = %(place)s/devices
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
log_address = /dev/null
log_udp_host =
''' % {'place': place}

configurations = {
    kind: write(kind + '.conf', common + '''
[pipeline:main]
pipeline = %(kind)s-server
[app:%(kind)s-server]
use = egg:swift#%(kind)s
''' % {'kind': kind})
    for kind in ('account', 'container', 'object')
}
configurations['proxy'] = write('proxy.conf', common + '''
[pipeline:main]
pipeline = catch_errors remembering s3api tempauth copy bulk slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:remembering]
paste.filter_factory = swift_memory:filter_factory
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_%(account)s_%(user)s = %(secret)s .admin
[filter:copy]
use = egg:swift#copy
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
''' % {'account': access_key.split(':')[0], 'user': access_key.split(':')[1], 'secret': secret_key})

# What Swift keeps in memcached, kept here: with one process there is nobody to share it with.
write('swift_memory.py', '''
import time

class Memory:
    def __init__(self):
        self.kept = {}
    def get(self, key, raise_on_error=False):
        value, until = self.kept.get(key, (None, 0))
        return value if until == 0 or until > time.time() else None
    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        from time import time as now
        self.kept[key] = (value, now() + time if time else 0)
        return True
    def incr(self, key, delta=1, time=0):
        self.kept[key] = (int(self.get(key) or 0) + delta, 0)
        return self.kept[key][0]
    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)
    def delete(self, key, server_key=None):
        self.kept.pop(key, None)
    def get_multi(self, keys, server_key):
        return [self.get(key) for key in keys]
    def set_multi(self, mapping, server_key, serialize=True, time=0, min_compress_len=0):
        for key, value in mapping.items():
            self.set(key, value, time=time)

def filter_factory(global_conf, **local_conf):
    memory = Memory()
    def with_memory(app):
        def answer(env, start_response):
            env['swift.cache'] = memory
            return app(env, start_response)
        return answer
    return with_memory
''')
sys.path.insert(0, place)
reload_storage_policies()

for kind, path in configurations.items():
    application = loadapp(path, global_conf={'log_name': kind})
    eventlet.spawn(wsgi.server, sockets[kind], application, log=Silence(), log_output=False, debug=False,
                   custom_pool=eventlet.GreenPool(1000), keepalive=True)

print(json.dumps({'port': sockets['proxy'].getsockname()[1]}), flush=True)
# Ends with whoever started it, however that ended.
while True:
    trampoline(0, read=True)
    if not os.read(0, 1024):
        os._exit(0)
