// The S3 server of the tests: OpenStack Swift, which Debian packages for the Python of the system.

export const s3ServerPython = process.env['SIGNALBOX_TEST_S3_PYTHON'] || '/usr/bin/python3';

export const howToGetS3Server =
  'no S3 server was found, and the tests of an archive in S3 need one: OpenStack Swift for Python. ' +
  'Debian, Ubuntu: apt-get install python3-swift; elsewhere: pip install swift into an environment, ' +
  'and set SIGNALBOX_TEST_S3_PYTHON to the python of that.';
