// Keys of the object store behind `s3://` paths. Pure data; any thread.

import { booleanOption, stringOption } from '#core/config/config-option';

export const s3Options = {
  endpoint: stringOption('s3.endpoint', undefined, 'Address of the object store behind `s3://` paths; that of the region when not set.'),
  region: stringOption('s3.region', 'us-east-1', 'Region that requests are signed for.', { deprecatedKeys: ['s3.endpoint.region'] }),
  accessKey: stringOption('s3.access-key', undefined, 'Access key; without it the client looks where the tools of AWS do.', { deprecatedKeys: ['s3.access.key'] }),
  secretKey: stringOption('s3.secret-key', undefined, 'Secret that belongs to the access key.', { deprecatedKeys: ['s3.secret.key'] }),
  isPathStyle: booleanOption('s3.path.style.access', 'false', 'Whether the bucket goes into the path of a request instead of its host name.', { deprecatedKeys: ['s3.path-style-access'] }),
} as const;
