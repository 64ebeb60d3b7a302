terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "checkout" {
  name               = "checkout"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.checkout.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "orders" {
  role       = aws_iam_role.checkout.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_lambda_function" "checkout" {
  function_name = "checkout"
  role          = aws_iam_role.checkout.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "code.zip"
  # Publishes the first version, for the alias to begin with.
  publish = true

  lifecycle {
    # The workflow updates the code. Leave this out if Terraform is to do that: the alias stays where it is, and the action
    # rolls out what Terraform published.
    ignore_changes = [filename, source_code_hash]
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.checkout.function_name
  function_version = aws_lambda_function.checkout.version

  lifecycle {
    # The action moves the alias. Without description, an apply in the middle of a rollout wipes its mark.
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 60
}

# Whatever calls the function calls its alias.
resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_alias.live.arn
  depends_on       = [aws_iam_role_policy_attachment.orders]
}

resource "aws_cloudwatch_metric_alarm" "checkout_errors" {
  alarm_name  = "checkout-errors"
  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions = {
    FunctionName = aws_lambda_function.checkout.function_name
    Resource     = "${aws_lambda_function.checkout.function_name}:live"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}
