// The stack makes the alias once, on the first version, and lets it alone: CloudFormation writes a resource only where the
// template says something else of it than before.
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Alias, Code, Function, Runtime, Version } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const stack = new Stack(new App(), 'Shop');

const checkout = new Function(stack, 'Checkout', {
  functionName: 'checkout',
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromAsset('src'),
});

// Not checkout.currentVersion: its id changes with the code, so every deployment would publish one and move the alias.
const first = new Version(stack, 'FirstVersion', { lambda: checkout });

// Never change this one, not even its description: with that CloudFormation writes the first version again, and takes
// everybody back to it.
const live = new Alias(stack, 'Live', { aliasName: 'live', version: first });

// Whatever calls the function calls its alias.
const orders = new Queue(stack, 'Orders', { visibilityTimeout: Duration.minutes(1) });
live.addEventSource(new SqsEventSource(orders));

new Alarm(stack, 'CheckoutErrors', {
  alarmName: 'checkout-errors',
  metric: new Metric({
    namespace: 'AWS/Lambda',
    metricName: 'Errors',
    dimensionsMap: { FunctionName: 'checkout', Resource: 'checkout:live' },
    statistic: 'Sum',
    period: Duration.minutes(1),
  }),
  evaluationPeriods: 1,
  threshold: 5,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});
