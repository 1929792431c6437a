import { describe, expect, it } from 'vitest';
import { codesOf, evaluateExpression, jsonOf } from './import-text.ts';

/**
 * Expected values: the examples of MicrosoftDocs/azure-docs articles/azure-resource-manager/templates/
 * template-functions-*.md, unless a comment says otherwise.
 */
const DOGS = [
  { name: 'Evie', age: 5, interests: ['Ball', 'Frisbee'] },
  { name: 'Casper', age: 3, interests: ['Other dogs'] },
  { name: 'Indy', age: 2, interests: ['Butter'] },
  { name: 'Kira', age: 8, interests: ['Rubs'] },
];
const PARTS = {
  parameters: {
    prefix: { type: 'string', defaultValue: 'prefix' },
    objectToTest: {
      type: 'object',
      defaultValue: {
        null1: null,
        null2: null,
        string: 'default',
        int: 1,
        object: { first: 'default' },
        array: [1],
      },
    },
    one: { type: 'object', defaultValue: { one: 'a', two: 'b', three: 'c' } },
    missing: { type: 'string' },
    missingToo: { type: 'string' },
  },
  variables: {
    dogs: DOGS,
    entities: {
      item002: { enabled: false, displayName: 'Example item 2', number: 200 },
      item001: { enabled: true, displayName: 'Example item 1', number: 300 },
    },
    firstObject: { property: { one: 'a', two: 'b', three: 'c1' }, nestedArray: [1, 2] },
    secondObject: { property: { three: 'c2', four: 'd', five: 'e' }, nestedArray: [3, 4] },
    firstArray: [['one', 'two'], ['three']],
    secondArray: [['three'], ['four', 'two']],
    merged: [
      { one: 'a', nested: { a: 1, nested: { c: 3 } } },
      { two: 'b', nested: { b: 2 } },
    ],
  },
};

function check(cases: readonly (readonly [string, unknown])[]) {
  it.each(cases)('%s', (expression, expected) => {
    expect(jsonOf(expression, PARTS)).toEqual(expected);
  });
}

describe('values', () => {
  check([
    ["parameters('prefix')", 'prefix'],
    ["PARAMETERS('PREFIX')", 'prefix'], // ARM-01
    ["variables('dogs')[1].name", 'Casper'],
    ["variables('dogs')[0].INTERESTS[1]", 'Frisbee'], // ARM-01
    ["variables('dogs')[0]['age']", 5],
    ["json('null')", null],
    ['json(\'{"a":"b"}\')', { a: 'b' }],
    ["json('3')", 3],
    ["json('[1,2,3]')", [1, 2, 3]],
    ['null()', null],
    ['true()', true],
    ['false()', false],
  ]);
});

describe('logic and comparison', () => {
  check([
    ["if(equals('a', 'a'), 'yes', 'no')", 'yes'],
    ["coalesce(parameters('objectToTest').null1, parameters('objectToTest').string)", 'default'],
    [
      "coalesce(parameters('objectToTest').null1, parameters('objectToTest').object)",
      { first: 'default' },
    ],
    ["empty(coalesce(parameters('objectToTest').null1, parameters('objectToTest').null2))", true],
    ["and(bool('true'), bool('false'))", false],
    ["or(bool('true'), bool('false'))", true],
    ["not(bool('true'))", false],
    ['bool(1)', true],
    ['bool(0)', false],
    ["equals(createArray('a', 'b'), createArray('a', 'b'))", true],
    ["equals(createObject('a', 'b'), createObject('A', 'b'))", true],
    ["equals('a', 'A')", false],
    ['not(equals(1, 2))', true],
    ['less(1, 2)', true],
    ["less('A', 'a')", false],
    ["lessOrEquals('A', 'a')", false],
    ["greater('A', 'a')", true],
    ["greaterOrEquals('A', 'a')", true],
    ['greaterOrEquals(2, 2)', true],
  ]);

  it('ARM-03: the branch not taken is not evaluated', () => {
    const { value, part } = evaluateExpression("if(true(), 'ok', noSuchFunction())", PARTS);
    expect(value).toMatchObject({ kind: 'string', value: 'ok' });
    expect(codesOf(part)).not.toContain('arm/unknown-function');
    expect(jsonOf("if(false(), variables('dogs')[99], 'ok')", PARTS)).toBe('ok');
    expect(jsonOf("or(true(), variables('dogs')[99])", PARTS)).toBe(true);
    expect(jsonOf("and(false(), variables('dogs')[99])", PARTS)).toBe(false);
    expect(jsonOf("coalesce('x', variables('dogs')[99])", PARTS)).toBe('x');
  });

  it('an unknown operand is unknown unless a known one decides', () => {
    const unknown = "equals(parameters('missing'), 'x')";
    expect(jsonOf(`and(${unknown}, false())`, PARTS)).toBe(false);
    expect(jsonOf(`or(${unknown}, true())`, PARTS)).toBe(true);
    expect(jsonOf(`if(${unknown}, 'same', 'same')`, PARTS)).toBe('same');
    for (const expression of [
      unknown,
      `and(${unknown}, true())`,
      `or(${unknown}, false())`,
      `not(${unknown})`,
      `if(${unknown}, 'a', 'b')`,
      "empty(parameters('missing'))",
      "contains(createArray('a', parameters('missing')), 'b')",
      "equals(createArray('a', parameters('missing')), createArray('a', 'b'))",
    ]) {
      expect(evaluateExpression(expression, PARTS).value).toMatchObject({
        kind: 'unknown',
        reason: 'missing-parameter',
        text: expression,
        missing: 'a value for parameter missing',
      });
    }
  });

  it('what cannot be equal is different however unknown the rest is', () => {
    expect(
      jsonOf("equals(createArray('a', parameters('missing')), createArray('b', 'b'))", PARTS),
    ).toBe(false);
    expect(jsonOf("contains(createArray('a', parameters('missing')), 'a')", PARTS)).toBe(true);
    expect(jsonOf("equals(parameters('missing'), parameters('MISSING'))", PARTS)).toBe(true);
    expect(jsonOf("equals(parameters('missing'), parameters('missingToo'))", PARTS)).toMatchObject({
      missing: 'a value for parameter missing',
    });
  });
});

describe('texts', () => {
  check([
    ["base64('one, two, three')", 'b25lLCB0d28sIHRocmVl'],
    ["base64ToString('b25lLCB0d28sIHRocmVl')", 'one, two, three'],
    ['base64ToJson(base64(\'{"one": "a", "two": "b"}\'))', { one: 'a', two: 'b' }],
    ["concat(parameters('prefix'), '-', 1)", 'prefix-1'],
    ["dataUri('Hello')", 'data:text/plain;charset=utf8;base64,SGVsbG8='],
    ["dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')", 'Hello, World!'],
    [
      "format('{0}, {1}. Formatted number: {2:N0}', 'Hello', 'User', 8175133)",
      'Hello, User. Formatted number: 8,175,133',
    ],
    ["format('{{0}} {0,4}|{1,-3}|{2}', 1, 'a', true())", '{0}    1|a  |True'], // .NET composite formatting
    ["indexOf('test', 't')", 0],
    ["lastIndexOf('test', 't')", 3],
    ["indexOf('abcdef', 'CD')", 2], // ARM-09
    ["lastIndexOf('abcdef', 'AB')", 0], // ARM-09
    ["indexOf('abcdef', 'z')", -1],
    ["startsWith('abcdef', 'AB')", true], // ARM-09
    ["endsWith('abcdef', 'EF')", true], // ARM-09
    ["startsWith('abcdef', 'e')", false],
    ["padLeft('123', 10, '0')", '0000000123'],
    ['padLeft(7, 3)', '  7'],
    ["replace('123-123-1234', '-', '')", '1231231234'],
    ["split('one,two,three', ',')", ['one', 'two', 'three']],
    ["split('one;two,three', createArray(',', ';'))", ['one', 'two', 'three']],
    ["join(createArray('one', 'two', 'three'), ', ')", 'one, two, three'],
    [
      "string(createObject('valueA', 10, 'valueB', 'Example Text'))",
      '{"valueA":10,"valueB":"Example Text"}',
    ],
    ["string(createArray('a', 'b', 'c'))", '["a","b","c"]'],
    ['string(5)', '5'],
    ["substring('one two three', 4, 3)", 'two'],
    ["toLower('One Two Three')", 'one two three'],
    ["toUpper('One Two Three')", 'ONE TWO THREE'],
    ["trim('    one two three   ')", 'one two three'],
    [
      "uri('http://contoso.com/resources/', 'nested/azuredeploy.json')",
      'http://contoso.com/resources/nested/azuredeploy.json',
    ],
    [
      "uriComponent('http://contoso.com/resources/nested/azuredeploy.json')",
      'http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json',
    ],
    [
      "uriComponentToString('http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json')",
      'http://contoso.com/resources/nested/azuredeploy.json',
    ],
    ["take('one two three', 2)", 'on'],
    ["skip('one two three', 4)", 'two three'],
    ["first('One Two Three')", 'O'],
    ["last('One Two Three')", 'e'],
    ["length('One Two Three')", 13],
  ]);

  it('ARM-09: contains keeps case in texts and drops it for the keys of objects', () => {
    expect(jsonOf("contains('OneTwoThree', 'e')", PARTS)).toBe(true);
    expect(jsonOf("contains('OneTwoThree', 't')", PARTS)).toBe(false);
    expect(jsonOf("contains(parameters('one'), 'ONE')", PARTS)).toBe(true);
    expect(jsonOf("contains(parameters('one'), 'a')", PARTS)).toBe(false);
    expect(jsonOf("contains(createArray('one', 'two', 'three'), 'three')", PARTS)).toBe(true);
    expect(jsonOf("contains(createArray('one', 'two', 'three'), 'four')", PARTS)).toBe(false);
  });
});

describe('arrays and objects', () => {
  check([
    ['array(1)', [1]],
    ["array(createObject('a', 'b'))", [{ a: 'b' }]],
    ["concat(createArray('1-1', '1-2'), createArray('2-1'))", ['1-1', '1-2', '2-1']],
    ['createArray()', []],
    ["createObject('intProp', 1, 'arrayProp', createArray('a'))", { intProp: 1, arrayProp: ['a'] }],
    ["empty('')", true],
    ['empty(createArray())', true],
    ['empty(createObject())', true],
    ['empty(null())', true],
    [
      "intersection(parameters('one'), createObject('one', 'a', 'two', 'z', 'three', 'c'))",
      { one: 'a', three: 'c' },
    ],
    [
      "intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))",
      ['two', 'three'],
    ],
    ["first(createArray('one', 'two', 'three'))", 'one'],
    ["last(createArray('one', 'two', 'three'))", 'three'],
    ["length(createArray('one', 'two', 'three'))", 3],
    ["length(parameters('one'))", 3],
    ['max(createArray(0, 3, 2, 5, 4))', 5],
    ['max(0, 3, 2, 5, 4)', 5],
    ['min(createArray(0, 3, 2, 5, 4))', 0],
    ['range(5, 3)', [5, 6, 7]],
    ["skip(createArray('one', 'two', 'three'), 2)", ['three']],
    ["take(createArray('one', 'two', 'three'), 2)", ['one', 'two']],
    [
      "union(createArray('one', 'two', 'three'), createArray('three', 'four'))",
      ['one', 'two', 'three', 'four'],
    ],
    [
      "flatten(createArray(createArray('one', 'two'), createArray('three')))",
      ['one', 'two', 'three'],
    ],
    ["shallowMerge(variables('merged'))", { one: 'a', nested: { b: 2 }, two: 'b' }],
    ["objectKeys(createObject('b', 1, 'a', 2))", ['a', 'b']],
    ["tryGet(parameters('one'), 'two')", 'b'],
    ["tryGet(parameters('one'), 'four')", null],
    ["tryGet(parameters('objectToTest'), 'object', 'first')", 'default'],
    ["tryGet(null(), 'a')", null],
    ["indexFromEnd(createArray('a', 'b', 'c'), 1)", 'c'],
    ["tryIndexFromEnd(createArray('a', 'b', 'c'), 9)", null],
  ]);

  it('ARM-08: union merges objects deeply, replaces arrays inside them, and the later value wins', () => {
    expect(jsonOf("union(variables('firstObject'), variables('secondObject'))", PARTS)).toEqual({
      property: { one: 'a', two: 'b', three: 'c2', four: 'd', five: 'e' },
      nestedArray: [3, 4],
    });
    expect(jsonOf("union(variables('firstArray'), variables('secondArray'))", PARTS)).toEqual([
      ['one', 'two'],
      ['three'],
      ['four', 'two'],
    ]);
  });

  it('ARM-13: items are sorted by key', () => {
    expect(jsonOf("items(variables('entities'))", PARTS)).toEqual([
      { key: 'item001', value: { displayName: 'Example item 1', enabled: true, number: 300 } },
      { key: 'item002', value: { displayName: 'Example item 2', enabled: false, number: 200 } },
    ]);
  });

  it('an unknown item stays in its place, an unknown array leaves the result unknown', () => {
    expect(jsonOf("concat(createArray('a'), createArray(parameters('missing')))", PARTS)).toEqual([
      'a',
      { $unknown: "parameters('missing')", missing: 'a value for parameter missing' },
    ]);
    expect(jsonOf("concat(createArray('a'), parameters('missing'))", PARTS)).toMatchObject({
      $unknown: "concat(createArray('a'), parameters('missing'))",
    });
  });
});

describe('lambdas', () => {
  check([
    [
      "map(variables('dogs'), lambda('dog', lambdaVariables('dog').name))",
      ['Evie', 'Casper', 'Indy', 'Kira'],
    ],
    [
      "map(variables('dogs'), lambda('dog', format('Hello {0}!', lambdaVariables('dog').name)))",
      ['Hello Evie!', 'Hello Casper!', 'Hello Indy!', 'Hello Kira!'],
    ],
    [
      "map(filter(variables('dogs'), lambda('dog', greaterOrEquals(lambdaVariables('dog').age, 5))), lambda('dog', lambdaVariables('dog').name))",
      ['Evie', 'Kira'],
    ],
    ["filter(range(0, 10), lambda('i', equals(0, mod(lambdaVariables('i'), 2))))", [0, 2, 4, 6, 8]],
    [
      "reduce(map(variables('dogs'), lambda('dog', lambdaVariables('dog').age)), 1, lambda('cur', 'next', add(lambdaVariables('cur'), lambdaVariables('next'))))",
      19,
    ],
    [
      "reduce(createArray(createObject('foo', 123), createObject('bar', 456), createObject('baz', 789)), createObject(), lambda('cur', 'next', union(lambdaVariables('cur'), lambdaVariables('next'))))",
      { foo: 123, bar: 456, baz: 789 },
    ],
    [
      "map(sort(variables('dogs'), lambda('a', 'b', less(lambdaVariables('a').age, lambdaVariables('b').age))), lambda('dog', lambdaVariables('dog').name))",
      ['Indy', 'Casper', 'Evie', 'Kira'],
    ],
    [
      "toObject(variables('dogs'), lambda('entry', lambdaVariables('entry').name), lambda('entry', lambdaVariables('entry').age))",
      { Evie: 5, Casper: 3, Indy: 2, Kira: 8 },
    ],
    [
      "groupBy(createArray('a1', 'b1', 'a2'), lambda('x', take(lambdaVariables('x'), 1)))",
      { a: ['a1', 'a2'], b: ['b1'] },
    ],
    [
      "mapValues(createObject('a', 1, 'b', 2), lambda('x', add(lambdaVariables('x'), 1)))",
      { a: 2, b: 3 },
    ],
    // Nested lambdas see the outer variables.
    [
      "map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(mul(lambdaVariables('i'), 10), lambdaVariables('j'))))))",
      [
        [0, 1],
        [10, 11],
      ],
    ],
  ]);

  it('a filter in doubt about one item is in doubt about the array', () => {
    const expression =
      "filter(createArray('a', parameters('missing')), lambda('x', equals(lambdaVariables('x'), 'a')))";
    expect(jsonOf(expression, PARTS)).toMatchObject({ missing: 'a value for parameter missing' });
  });
});

describe('numbers', () => {
  check([
    ['add(5, 3)', 8],
    ['sub(7, 3)', 4],
    ['mul(5, 3)', 15],
    ['div(8, 3)', 2],
    ['div(-7, 2)', -3], // .NET integers: towards zero
    ['mod(7, 3)', 1],
    ["int('4')", 4],
    ["float('3.5')", 3.5],
  ]);
});

describe('address prefixes', () => {
  check([
    [
      "map(range(0, 5), lambda('i', cidrSubnet('10.144.0.0/20', 24, lambdaVariables('i'))))",
      ['10.144.0.0/24', '10.144.1.0/24', '10.144.2.0/24', '10.144.3.0/24', '10.144.4.0/24'],
    ],
    ["cidrSubnet('fdad:3236:5555::/48', 52, 4)", 'fdad:3236:5555:4000::/52'],
    ["cidrHost('fdad:3236:5555:3000::/52', 0)", 'fdad:3236:5555:3000::1'],
    [
      "parseCidr('10.144.0.0/20')",
      {
        network: '10.144.0.0',
        netmask: '255.255.240.0',
        broadcast: '10.144.15.255',
        firstUsable: '10.144.0.1',
        lastUsable: '10.144.15.254',
        cidr: 20,
      },
    ],
    [
      "parseCidr('fdad:3236:5555::/48')",
      {
        network: 'fdad:3236:5555::',
        netmask: 'ffff:ffff:ffff::',
        firstUsable: 'fdad:3236:5555::',
        lastUsable: 'fdad:3236:5555:ffff:ffff:ffff:ffff:ffff',
        cidr: 48,
      },
    ],
    ["cidrSubnet('0.0.0.0/0', 1, 1)", '128.0.0.0/1'], // by hand
    ["cidrSubnet('10.0.0.0/8', 32, 16777215)", '10.255.255.255/32'], // by hand
  ]);

  it('ARM-07: cidrHost counts from the first usable address', () => {
    const hosts = "map(range(0, 5), lambda('i', cidrHost('10.144.3.0/24', lambdaVariables('i'))))";
    expect(jsonOf(hosts)).toEqual([
      '10.144.3.1',
      '10.144.3.2',
      '10.144.3.3',
      '10.144.3.4',
      '10.144.3.5',
    ]);
    expect(jsonOf("cidrHost('192.168.1.0/24', 253)")).toBe('192.168.1.254');
    expect(jsonOf("cidrHost('192.168.1.0/24', 254)")).toMatchObject({
      $unknown: expect.anything(),
    });
  });

  it('what lies outside the block is an error and unknown', () => {
    for (const expression of [
      "cidrSubnet('10.0.0.0/24', 26, 4)",
      "cidrSubnet('10.0.0.0/24', 8, 0)",
      "cidrSubnet('no', 8, 0)",
    ]) {
      const { value, part } = evaluateExpression(expression);
      expect(value.kind).toBe('unknown');
      expect(codesOf(part)).toContain('arm/evaluation-failed');
    }
  });
});

describe('ids', () => {
  const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
  const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
  check([
    [
      "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
      `${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
    ],
    [
      "resourceId('other', 'Microsoft.Storage/storageAccounts', 'x')",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Storage/storageAccounts/x`,
    ],
    [
      "resourceId('11111111-1111-1111-1111-111111111111', 'other', 'Microsoft.Storage/storageAccounts', 'x')",
      '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/other/providers/Microsoft.Storage/storageAccounts/x',
    ],
    [
      "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')",
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/x`,
    ],
    [
      "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'x')",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/x`,
    ],
    [
      "tenantResourceId('Microsoft.Authorization/policyDefinitions', 'x')",
      '/providers/Microsoft.Authorization/policyDefinitions/x',
    ],
    [
      "managementGroupResourceId('top', 'Microsoft.Authorization/policyDefinitions', 'x')",
      '/providers/Microsoft.Management/managementGroups/top/providers/Microsoft.Authorization/policyDefinitions/x',
    ],
    ['resourceGroup().id', GROUP],
    ['subscription().id', `/subscriptions/${SUBSCRIPTION}`],
  ]);

  it('ARM-12: an extension resource hangs on the id of what it extends', () => {
    const expression =
      "extensionResourceId(resourceId('Microsoft.Network/azureFirewalls', 'fw'), 'Microsoft.Insights/diagnosticSettings', 'd')";
    const expected = `${GROUP}/providers/Microsoft.Network/azureFirewalls/fw/providers/Microsoft.Insights/diagnosticSettings/d`;
    expect(jsonOf(expression)).toBe(expected);
    const old =
      "resourceId('Microsoft.Network/azureFirewalls/providers/diagnosticSettings', 'fw', 'Microsoft.Insights', 'd')";
    expect(jsonOf(old)).toBe(expected);
  });

  it('an unknown name leaves an id that is equal to itself and to nothing real', () => {
    const id = jsonOf(
      "resourceId('Microsoft.Network/virtualNetworks', parameters('missing'))",
      PARTS,
    ) as string;
    expect(id).toBe(
      `${GROUP}/providers/Microsoft.Network/virtualNetworks/«parameters('missing') of main.json»`,
    );
    const again =
      "equals(resourceId('Microsoft.Network/virtualNetworks', concat('', parameters('missing'))), concat(resourceGroup().id, '/providers/Microsoft.Network/virtualNetworks/', parameters('missing')))";
    expect(jsonOf(again, PARTS)).toMatchObject({ $unknown: again });
    expect(
      jsonOf(
        "last(split(resourceId('Microsoft.Network/virtualNetworks', parameters('missing')), '/'))",
        PARTS,
      ),
    ).toContain("parameters('missing')");
    expect(
      jsonOf(
        "equals(resourceId('Microsoft.Network/virtualNetworks', parameters('missing')), 'x')",
        PARTS,
      ),
    ).toBe(false);
    expect(
      jsonOf(
        "contains(resourceId('Microsoft.Network/virtualNetworks', parameters('missing')), 'hub')",
        PARTS,
      ),
    ).toMatchObject({ missing: expect.stringContaining("parameters('missing')") });
  });
});

describe('scope', () => {
  it('what the deployment is told is known, what it is not told is unknown', () => {
    expect(jsonOf('resourceGroup().location', {}, { location: 'westeurope' })).toBe('westeurope');
    expect(jsonOf('resourceGroup().name', {}, { resourceGroup: 'rg-hub' })).toBe('rg-hub');
    expect(jsonOf('subscription().subscriptionId', {}, { subscriptionId: 's1' })).toBe('s1');
    expect(jsonOf('resourceGroup().location')).toEqual({
      $unknown: 'resourceGroup().location',
      missing: 'the location of resource group rg (--location)',
    });
    expect(jsonOf('environment().suffixes.storage')).toBe('core.windows.net');
    expect(jsonOf('environment().resourceManager')).toBe('https://management.azure.com/');
    expect(jsonOf('tenant().tenantId', {}, { tenantId: 't1' })).toBe('t1');
    for (const expression of [
      'tenant().tenantId',
      'deployment().name',
      'subscription().displayName',
      'deployer().objectId',
    ]) {
      expect(evaluateExpression(expression).value).toMatchObject({
        kind: 'unknown',
        reason: 'run-time',
      });
    }
  });
});

describe('generated', () => {
  it('equal arguments give equal values, different ones are not taken for different', () => {
    expect(
      jsonOf(
        "equals(uniqueString('a', resourceGroup().id), uniqueString('a', resourceGroup().id))",
      ),
    ).toBe(true);
    expect(jsonOf("equals(guid(parameters('missing')), guid(parameters('missing')))", PARTS)).toBe(
      true,
    );
    expect(jsonOf("equals(uniqueString('a'), uniqueString('b'))")).toMatchObject({
      $unknown: expect.anything(),
    });
    expect(jsonOf('equals(newGuid(), newGuid())')).toMatchObject({ $unknown: expect.anything() });
  });

  it('parts of generated names stay equal', () => {
    const name = "concat('st', substring(uniqueString('a'), 0, 4))";
    expect(jsonOf(`equals(${name}, ${name})`)).toBe(true);
    expect(evaluateExpression(name).value).toMatchObject({
      kind: 'unknown',
      reason: 'generated-name',
      text: name,
    });
  });
});

describe('secrets', () => {
  it('ARM-10: secure parameters and list functions are unknown, and their values are nowhere', () => {
    const parts = { parameters: { password: { type: 'secureString', defaultValue: 'hunter2' } } };
    const { value, part } = evaluateExpression("concat('x', parameters('password'))", parts);
    expect(value).toMatchObject({ kind: 'unknown', reason: 'secret' });
    const { source: _source, ...rest } = value.at;
    expect(
      JSON.stringify([{ ...value, at: rest }, part.diagnostics.map((each) => each.message)]),
    ).not.toContain('hunter2');
    const keys =
      "listKeys(resourceId('Microsoft.Storage/storageAccounts', 'x'), '2019-06-01').keys[0].value";
    expect(evaluateExpression(keys).value).toMatchObject({ kind: 'unknown', reason: 'secret' });
    expect(evaluateExpression("listCredentials('x', 'y')").value).toMatchObject({
      reason: 'secret',
    });
  });
});

describe('user functions', () => {
  const functions = [
    {
      namespace: 'contoso',
      members: {
        uniqueName: {
          parameters: [{ name: 'namePrefix', type: 'string' }],
          output: { type: 'string', value: "[concat(toLower(parameters('namePrefix')), '-x')]" },
        },
      },
    },
  ];
  it('parameters inside a function are its own', () => {
    const parts = { ...PARTS, functions };
    expect(jsonOf("Contoso.UniqueName('HUB')", parts)).toBe('hub-x');
    expect(evaluateExpression("contoso.uniqueName('a', 'b')", parts).value.kind).toBe('unknown');
    expect(evaluateExpression('contoso.other()', parts).value).toMatchObject({
      reason: 'unsupported',
    });
  });
});

describe('what cannot be evaluated', () => {
  it.each([
    ["noSuchFunction('x')", 'arm/unknown-function', 'unsupported'],
    ["parameters('nobody')", 'arm/unknown-name', 'malformed'],
    ["variables('nobody')", 'arm/unknown-name', 'malformed'],
    ["variables('dogs')[4]", 'arm/evaluation-failed', 'malformed'],
    ["variables('dogs').name", 'arm/evaluation-failed', 'malformed'],
    ["substring('abc', 2, 5)", 'arm/evaluation-failed', 'malformed'],
    ['div(1, 0)', 'arm/evaluation-failed', 'malformed'],
    ["int('x')", 'arm/evaluation-failed', 'malformed'],
    ["concat('a'", 'arm/syntax', 'malformed'],
    ['copyIndex()', 'arm/evaluation-failed', 'malformed'],
    ["fail('not here')", 'arm/evaluation-failed', 'malformed'],
    ["if('maybe', 1, 2)", 'arm/evaluation-failed', 'malformed'],
    ['equals(1)', 'arm/evaluation-failed', 'malformed'],
  ])('%s is unknown, carries its text, and is reported as %s', (expression, code, reason) => {
    const { value, part } = evaluateExpression(expression, PARTS);
    expect(value).toMatchObject({ kind: 'unknown', reason, text: expression });
    expect(codesOf(part)).toContain(code);
  });
});
